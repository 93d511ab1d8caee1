//! Unused results of the generated methods.
#![deny(unused_must_use)]

use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn ship(payment: Event, inventory: Event) {}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let event = Event {
        order: 7,
        metadata: Origin::default(),
    };
    Ship::in_memory(Duration::from_secs(600));
    let ship = Ship::in_memory(Duration::from_secs(600));
    ship.payment(event.clone());
    ship.payment(event)?;
    ship.sweep();
    for due in ship.due(1)? {
        due.key();
        due.run();
    }
    ship.join();
    ship.on_expired(|_| {});
    Ok(())
}
