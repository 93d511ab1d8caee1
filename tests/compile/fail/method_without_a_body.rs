//! A method of a trait that has no body.

use linked_span::{Origin, linked_span};

trait Handle {
    #[linked_span(event)]
    fn handle(&self, event: &Origin);

    #[linked_span(event)]
    async fn later(&self, event: &Origin);
}

fn main() {}
