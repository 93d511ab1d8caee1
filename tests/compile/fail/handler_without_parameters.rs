//! A function without parameters.

use linked_span::linked_span;

#[linked_span]
fn none() {}

struct Shop;

impl Shop {
    #[linked_span]
    async fn method(&self) {}
}

fn main() {}
