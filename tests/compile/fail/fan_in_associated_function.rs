//! An associated function without `self`: rustc reports the type that `#[fan_in]` generates beside it.

use linked_span::{Origin, fan_in};

struct Shop;

impl Shop {
    #[fan_in(payment, inventory)]
    async fn handle(payment: Origin, inventory: Origin) {}
}

fn main() {
    let _ = Shop::handle;
}
