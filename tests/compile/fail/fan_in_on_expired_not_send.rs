//! An `on_expired` that is not `Send`.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn plain(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
async fn later(payment: Event, inventory: Event) {}

fn not_sync() {
    let count = Cell::new(1);
    let _ = Plain::in_memory(Duration::from_secs(600)).on_expired(move |_| count.set(2));
}

fn not_send() {
    let _ = Later::in_memory(Duration::from_secs(600)).on_expired(|_| async {
        let here = Rc::new(1);
        std::future::ready(()).await;
        drop(here);
    });
}

fn main() {
    not_sync();
    not_send();
}
