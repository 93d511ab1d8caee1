//! A future that is not `Send`, with the attribute and without it.

use std::rc::Rc;

use linked_span::{Origin, linked_span};

mod without {
    use super::*;

    pub async fn handle(_: &Origin) {
        let here = Rc::new(1);
        std::future::ready(()).await;
        drop(here);
    }
}

mod with {
    use super::*;

    #[linked_span]
    pub async fn handle(_: &Origin) {
        let here = Rc::new(1);
        std::future::ready(()).await;
        drop(here);
    }
}

fn spawn(_: impl Future + Send) {}

fn main() {
    spawn(without::handle(&Origin::default()));
    spawn(with::handle(&Origin::default()));
}
