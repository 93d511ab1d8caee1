//! Functions that return a stream.

use linked_span::{Origin, linked_span};

use std::pin::Pin;
use std::task::{Context, Poll};

/// As in the futures crate.
trait Stream {
    type Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>>;
}

struct Empty;

impl Stream for Empty {
    type Item = usize;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<usize>> {
        Poll::Ready(None)
    }
}

type BoxStream<'s, T> = Pin<Box<dyn Stream<Item = T> + Send + 's>>;

#[linked_span(event)]
fn opaque(event: &Origin) -> impl Stream<Item = usize> + use<> {
    Empty
}

#[linked_span(event)]
async fn opaque_later(event: &Origin) -> impl Stream<Item = usize> + use<> {
    Empty
}

#[linked_span(event)]
fn boxed(event: &Origin) -> Pin<Box<dyn Stream<Item = usize> + Send>> {
    Box::pin(Empty)
}

#[linked_span(event)]
fn boxed_by_name(event: &Origin) -> BoxStream<'static, usize> {
    Box::pin(Empty)
}

fn main() {
    let event = &Origin::default();
    let _ = (opaque(event), opaque_later(event), boxed(event), boxed_by_name(event));
}
