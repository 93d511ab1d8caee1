//! An enum without variants.

use linked_span::LinkedEvent;

#[derive(LinkedEvent)]
enum Never {}

fn main() {}
