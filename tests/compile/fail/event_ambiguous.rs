//! Several parameters, none of which is called `event`.

use linked_span::{Origin, linked_span};

#[linked_span]
fn several(order: &Origin, payment: &Origin) {}

struct Shop;

impl Shop {
    #[linked_span(name = "method")]
    fn method(&self, order: &Origin, (payment, count): (&Origin, usize)) {}

    #[linked_span]
    fn patterns(&self, _: &Origin, _: &Origin) {}
}

fn main() {}
