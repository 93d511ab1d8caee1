//! The least that a database can be asked to do with an input: to keep it, by its key.

/// In one way or another, of which the first is the barest.
pub(crate) type Way = usize;

pub(crate) trait Bare: Clone + Send + Sync + 'static {
    fn keep(&self, way: Way, key: &str, input: u8, text: &str) -> impl Future<Output = ()> + Send;
}

/// Of what is no database.
#[derive(Clone)]
pub(crate) enum Nothing {}

impl Bare for Nothing {
    async fn keep(&self, _: Way, _: &str, _: u8, _: &str) {
        match *self {}
    }
}
