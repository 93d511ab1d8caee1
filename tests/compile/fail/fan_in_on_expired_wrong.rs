//! An `on_expired` with a wrong result or parameter.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct NotDisplay;

#[fan_in(payment, inventory)]
fn plain(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
async fn later(payment: Event, inventory: Event) {}

fn main() {
    let plain = || Plain::in_memory(Duration::from_secs(600));
    let _ = plain().on_expired(|expired| expired.key.len());
    let _ = plain().on_expired(|_| Err::<(), _>(NotDisplay));
    let _ = plain().on_expired(|_| async {});
    let _ = plain().on_expired(async |expired| {
        let _ = expired.attempts;
    });
    let later = || Later::in_memory(Duration::from_secs(600));
    let _ = later().on_expired(|expired| async move { expired.attempts });
    let _ = later().on_expired(|_| {});
}
