//! The sizes of the futures of arrivals and sweeps, which contain the function's own future.

use linked_span::fan_in;
use linked_span::fan_in::Memory;

use crate::{InventoryReserved, PaymentConfirmed, options, payment};

#[fan_in(payment, inventory)]
async fn ship(payment: PaymentConfirmed, inventory: InventoryReserved) {
    tokio::task::yield_now().await;
}

#[test]
fn futures_of_arrivals_and_sweeps_stay_small() {
    let joins = Ship::new(Memory::new(), options());
    let arrival = size_of_val(&joins.payment(payment("o-1")));
    let sweep = size_of_val(&joins.sweep());
    assert!(arrival <= 3_800, "{arrival}");
    assert!(sweep <= 3_300, "{sweep}");
}
