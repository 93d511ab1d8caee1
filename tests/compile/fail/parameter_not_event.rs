//! A parameter whose type is not a `LinkedEvent`.

use linked_span::linked_span;

struct Order;

#[linked_span(event)]
fn plain(event: Order) {}

#[linked_span]
async fn later(event: &Order) -> Result<(), String> {
    Ok(())
}

#[linked_span(event)]
fn generic<E>(event: &E) {}

fn main() {}
