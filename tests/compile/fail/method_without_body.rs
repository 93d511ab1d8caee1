//! A trait method without a body.

use linked_span::{Origin, linked_span};

trait Handle {
    #[linked_span(event)]
    fn handle(&self, event: &Origin);

    #[linked_span(event)]
    async fn later(&self, event: &Origin);
}

fn main() {}
