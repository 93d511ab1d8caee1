//! The least that a database can be asked to do with an input: to keep it, by its key.

pub(crate) trait Bare: Clone + Send + Sync + 'static {
    fn keep(&self, key: &str, input: u8, text: &str) -> impl Future<Output = ()> + Send;
}

/// Of what is no database.
#[derive(Clone)]
pub(crate) enum Nothing {}

impl Bare for Nothing {
    async fn keep(&self, _: &str, _: u8, _: &str) {
        match *self {}
    }
}
