//! Several errors in one attribute.

use linked_span::{Origin, linked_span};

#[linked_span(evnt, nme = "order", kind = internl, attributes(1 = 2, order.id, ok = event), parent = none)]
fn handle(event: &Origin) -> usize {
    1
}

fn main() {
    let _: usize = handle(&Origin::default());
}
