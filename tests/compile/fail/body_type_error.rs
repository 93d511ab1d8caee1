//! Type errors in a body, with the attribute and without it.
#![allow(unused_variables)]

use linked_span::{Origin, linked_span};

mod without {
    use super::*;

    fn expression(event: &Origin) -> usize {
        let count: usize = "one";
        count
    }

    async fn awaited(event: &Origin) {
        let count: usize = std::future::ready("one").await;
        missing(count);
    }

    fn moved(event: Origin) {
        drop(event);
        drop(event);
    }

    async fn borrowed(event: &Origin) -> &str {
        let text = String::new();
        &text
    }
}

mod with {
    use super::*;

    #[linked_span(event)]
    fn expression(event: &Origin) -> usize {
        let count: usize = "one";
        count
    }

    #[linked_span(event)]
    async fn awaited(event: &Origin) {
        let count: usize = std::future::ready("one").await;
        missing(count);
    }

    #[linked_span(event)]
    fn moved(event: Origin) {
        drop(event);
        drop(event);
    }

    #[linked_span(event)]
    async fn borrowed(event: &Origin) -> &str {
        let text = String::new();
        &text
    }
}

fn main() {}
