//! A function of an `impl` block that does not take `self` looks like a free one: the compiler finds the type beside it.

use linked_span::{Origin, fan_in};

struct Shop;

impl Shop {
    #[fan_in(payment, inventory)]
    async fn handle(payment: Origin, inventory: Origin) {}
}

fn main() {
    let _ = Shop::handle;
}
