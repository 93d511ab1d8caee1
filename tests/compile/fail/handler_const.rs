//! A `const fn`.

use linked_span::{Origin, linked_span};

#[linked_span(event)]
const fn handle(event: &Origin) {}

const HANDLED: () = {
    let _ = handle;
};

fn main() {
    HANDLED
}
