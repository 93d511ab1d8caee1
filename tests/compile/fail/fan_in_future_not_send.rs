//! A body that is not `Send`: an error only where the future of a join must be `Send`.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::rc::Rc;
use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
async fn ship(payment: &Event, inventory: &Event) {
    let here = Rc::new(1);
    std::future::ready(()).await;
    drop(here);
}

fn spawn(_: impl Future + Send) {}

fn main() {
    let event = Event {
        order: 7,
        metadata: Origin::default(),
    };
    let ship = Ship::in_memory(Duration::from_secs(600));
    spawn(ship.payment(event));
    spawn(ship.sweep());
}
