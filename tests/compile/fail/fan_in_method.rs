//! Methods, `impl` blocks and traits.

use linked_span::{Origin, fan_in};

struct Shop;

impl Shop {
    #[fan_in(payment, inventory)]
    async fn method(&self, payment: Origin, inventory: Origin) {}

    #[fan_in(payment, inventory)]
    fn by_value(self, payment: Origin, inventory: Origin) {}
}

#[fan_in(payment, inventory)]
impl Shop {
    fn inside(payment: Origin, inventory: Origin) {}
}

#[fan_in(payment, inventory)]
trait Handle {
    fn handle(payment: Origin, inventory: Origin);
}

trait Declare {
    #[fan_in(payment, inventory)]
    fn declare(payment: Origin, inventory: Origin);
}

fn main() {
    let _ = (Shop::method, Shop::by_value, Shop::inside);
}
