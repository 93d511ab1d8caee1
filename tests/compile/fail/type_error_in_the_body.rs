//! Errors in a body are where they are without the attribute.

use linked_span::{Origin, linked_span};

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

fn main() {}
