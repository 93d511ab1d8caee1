//! An attribute that is being typed. Calls of the function have no errors.

use linked_span::{Origin, linked_span};

#[linked_span(event, name = "a" "b", kind = internal)]
fn two_values(event: &Origin) -> usize {
    1
}

#[linked_span(event, attributes(order.id = event.), name = event.)]
fn unfinished(event: &Origin) -> usize {
    2
}

#[linked_span(,)]
fn comma(event: &Origin) -> usize {
    3
}

fn main() {
    let event = &Origin::default();
    let _: usize = two_values(event) + unfinished(event) + comma(event);
}
