//! One error per mistake, under every lint that a user may forbid.
#![forbid(warnings, unused_variables, deprecated)]

use linked_span::{LinkedEvent, Origin, fan_in, linked_span};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[linked_span(event, nam = "handle")]
fn handle(event: &Event, (number, _): (u8, u8)) {}

#[fan_in(payment, inventory, nam = "join")]
fn join(payment: &Event, inventory: &Event, #[cfg(any())] missing: Missing) {}

struct Shop;

#[linked_span]
impl Shop {
    const NAME: &str = "shop";

    fn handle(&self, event: &Event) {}

    async fn later(event: &Event, #[cfg(any())] missing: Missing) {}
}

#[fan_in(payment, inventory)]
trait Join {
    fn join(payment: Origin, inventory: Origin) -> u8 {
        7
    }

    fn declared(payment: Origin, inventory: Origin);
}

impl Join for Shop {
    fn declared(_: Origin, _: Origin) {}
}

fn main() {
    let _ = (Shop::NAME, Shop::handle, Shop::later, Shop::join, Shop::declared);
    handle(
        &Event {
            order: 1,
            metadata: Origin::default(),
        },
        (1, 2),
    );
}
