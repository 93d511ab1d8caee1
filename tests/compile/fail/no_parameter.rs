//! There is nothing that could be the event.

use linked_span::linked_span;

#[linked_span]
fn none() {}

struct Shop;

impl Shop {
    #[linked_span]
    async fn method(&self) {}
}

fn main() {}
