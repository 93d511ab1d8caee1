//! Several errors in an attribute and in the signature below it.

use linked_span::{Origin, fan_in};

#[fan_in(paymnt, payment(ky = 1), kind = internl, key = 1 2, jion = Ship)]
fn handle(payment: &mut Origin, inventory: Origin) -> usize {
    1
}

#[fan_in(payment, new, key = "order", parent = event, parent = root)]
unsafe fn fulfill(payment: &str, new: &[Origin], #[cfg(all())] count: &str) -> &'static str {
    "done"
}

fn main() {
    let _: fn(&mut Origin, Origin) -> usize = handle;
    let _: unsafe fn(&str, &[Origin], &str) -> &'static str = fulfill;
}
