//! A field that an input does not have.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Payment {
    order_id: u64,
    metadata: Origin,
}

#[derive(Clone, LinkedEvent)]
struct Inventory {
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory, key = order_id)]
fn of_all(payment: Payment, inventory: Inventory) {}

#[fan_in(payment(key = payment.order), inventory(key = inventory.order))]
async fn of_one(payment: &Payment, inventory: &Inventory) {}

fn main() {}
