//! A future that the return type does not show.

use linked_span::{Origin, linked_span};

use std::pin::Pin;

type Handled<'f> = Pin<Box<dyn Future<Output = ()> + Send + 'f>>;

#[linked_span(event)]
fn aliased(event: &Origin) -> Handled<'_> {
    Box::pin(async move {
        let _ = event;
    })
}

#[linked_span(event)]
fn named(event: &Origin) -> std::future::Ready<usize> {
    std::future::ready(1)
}

fn main() {}
