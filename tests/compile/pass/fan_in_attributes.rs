//! Attributes and rustdoc of the function, and those that its joins repeat.
#![deny(warnings, missing_docs, missing_debug_implementations, unused_must_use)]

use std::time::Duration;

use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

/// An event.
#[derive(Clone, Debug, LinkedEvent)]
pub struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

/// Documented, with a link: [`documented`].
///
/// On several lines.
#[fan_in(payment, inventory)]
#[must_use]
#[inline]
pub fn documented(payment: &Event, inventory: &Event) -> u64 {
    here();
    payment.order + inventory.order
}

#[must_use = "or it was for nothing"]
#[allow(unused_variables)]
/// Documented below.
#[fan_in(payment, inventory)]
pub async fn above(payment: &Event, inventory: &Event) -> u64 {
    here();
    let unused = 1;
    2
}

/// Documented inside:
#[fan_in(payment, inventory)]
pub fn inside(payment: &Event, inventory: &Event) -> u64 {
    //! here.
    #![allow(unused_variables, unused_mut)]
    here();
    let mut unused = 1;
    3
}

/// Not there.
#[fan_in(payment, inventory)]
#[cfg(any())]
pub fn not_there(payment: &DoesNotExist, inventory: &Event) {}

/// There.
#[fan_in(payment, inventory)]
#[cfg(not(any()))]
#[cfg_attr(all(), must_use)]
pub fn there(
    #[allow(unused_variables)] payment: &Event,
    #[cfg_attr(all(), allow(unused_variables))] inventory: &Event,
) -> u64 {
    here();
    4
}

/// Old.
#[fan_in(payment, inventory)]
#[deprecated = "there is a better one"]
pub fn old(payment: &Event, inventory: &Event) {
    here();
    let _ = (payment, inventory);
}

/// Older, and found under another name, if it were not hidden.
#[deprecated]
#[doc(hidden)]
#[doc(alias = "oldest")]
#[fan_in(payment, inventory)]
pub async fn older(payment: &Event, inventory: &Event) {
    here();
    let _ = (payment, inventory);
}

/// Named as its protocol has it.
#[expect(non_snake_case, clippy::too_many_arguments)]
#[fan_in(paymentConfirmed, inventory)]
pub fn shipOrder(
    paymentConfirmed: &Event,
    inventory: &Event,
    a: u8,
    b: u8,
    c: u8,
    d: u8,
    e: u8,
    f: u8,
) {
    here();
    let _ = (paymentConfirmed, inventory, a, b, c, d, e, f);
}

fn event() -> Event {
    Event {
        order: 7,
        metadata: Origin::default(),
    }
}

/// Calls them.
#[tokio::main]
async fn main() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let joins = Documented::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    let joins = Above::in_memory(timeout);
    joins.payment(event()).await.map(drop).unwrap();
    joins.inventory(event()).await.map(drop).unwrap();
    let joins = Inside::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    let joins = There::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    #[expect(deprecated)]
    let joins = Old::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    #[expect(deprecated)]
    let joins = Older::in_memory(timeout);
    joins.payment(event()).await.map(drop).unwrap();
    joins.inventory(event()).await.map(drop).unwrap();
    let joins = ShipOrder::in_memory(timeout);
    joins
        .paymentConfirmed(event(), 1, 2, 3, 4, 5, 6)
        .map(drop)
        .unwrap();
    joins
        .inventory(event(), 1, 2, 3, 4, 5, 6)
        .map(drop)
        .unwrap();
    sdk.assert_each_body_ran_inside(7);
}
