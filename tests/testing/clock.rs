//! A test's clock lets a join expire without waiting.

use std::sync::mpsc::channel;
use std::time::Duration;

use linked_span::fan_in::{Arrival, JoinOptions, Memory, sweep_every};
use linked_span::testing::{self, Clock};
use linked_span::{Origin, fan_in};

use crate::{Event, FulfillOrder};

const TIMEOUT: Duration = Duration::from_mins(10);

#[fan_in(payment, inventory)]
async fn ship_order(payment: Event, inventory: Event) -> Result<(), String> {
    Err("no carrier".to_owned())
}

fn event(order: u64) -> Event {
    Event {
        order,
        metadata: Origin::default(),
    }
}

#[test]
fn sweep_delivers_a_join_whose_timeout_has_passed() {
    let clock = Clock::new();
    let (sender, expired) = channel();
    let fulfill = FulfillOrder::new(Memory::with_clock(&clock), JoinOptions::timeout(TIMEOUT))
        .on_expired(move |join| sender.send(join.missing.to_string()).unwrap());
    let _waiting = fulfill.payment(event(7)).unwrap();

    clock.advance(TIMEOUT - Duration::from_millis(1));
    assert_eq!(fulfill.sweep().unwrap().expired, 0);
    clock.advance(Duration::from_millis(1));
    assert_eq!(fulfill.sweep().unwrap().expired, 1);
    assert_eq!(expired.recv().unwrap(), "inventory");
}

#[test]
fn arrival_delivers_another_join_whose_timeout_has_passed() {
    let (spans, clock) = (testing::capture(), Clock::new());
    let memory = Memory::with_clock(&clock).shards(1);
    let (sender, expired) = channel();
    let fulfill = FulfillOrder::new(memory, JoinOptions::timeout(TIMEOUT))
        .on_expired(move |join| sender.send(join.key).unwrap());
    let payment = Event {
        order: 7,
        metadata: spans.producer(),
    };
    let _waiting = fulfill.payment(payment.clone()).unwrap();
    clock.advance(TIMEOUT);
    let _waiting = fulfill.payment(event(8)).unwrap();
    assert_eq!(expired.recv().unwrap(), "7");
    spans.one("fulfill_order expired").linked_to(&payment);
}

#[tokio::test]
async fn periodic_sweep_delivers_after_the_clock_was_advanced() {
    let clock = Clock::new();
    let (sender, mut expired) = tokio::sync::mpsc::unbounded_channel();
    let ship = ShipOrder::new(Memory::with_clock(&clock), JoinOptions::timeout(TIMEOUT))
        .on_expired(move |join| {
            sender.send(join.key).unwrap();
            std::future::ready(())
        });
    let _waiting = ship.payment(event(7)).await.unwrap();
    let sweeps =
        tokio::spawn(async move { sweep_every(Duration::from_millis(1), || ship.sweep()).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(expired.try_recv().is_err());

    clock.advance(TIMEOUT);
    assert_eq!(expired.recv().await.unwrap(), "7");
    sweeps.abort();
}

#[tokio::test]
async fn backoff_passes_with_the_clock() {
    let clock = Clock::new();
    let options = JoinOptions::timeout(TIMEOUT).max_attempts(2);
    let ship = ShipOrder::new(Memory::with_clock(&clock), options);
    let _waiting = ship.payment(event(7)).await.unwrap();
    let failed = ship.inventory(event(7)).await.unwrap();
    assert!(matches!(failed, Arrival::Failed(_)));
    assert_eq!(ship.sweep().await.unwrap().failed, 0);
    clock.advance(Duration::from_secs(1));
    assert_eq!(ship.sweep().await.unwrap().failed, 1);
}
