//! A process that ends while joins are open, and the process that starts after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linked_span::fan_in::{Arrival, Expired, JoinOptions, Sqlite, sweep_every};
use linked_span::{LinkedEvent, Origin, fan_in};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::unbounded_channel;

#[derive(Clone, Debug, Deserialize, LinkedEvent, Serialize)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
async fn ship(payment: Event, inventory: Event) {
    assert_eq!(payment.order, inventory.order);
}

/// No input arrives after the restart: only the sweep finds the join.
#[tokio::test]
async fn overdue_join_is_delivered_within_one_sweep_after_a_restart_without_traffic() {
    const TIMEOUT: Duration = Duration::from_millis(500);
    const PAUSE: Duration = Duration::from_millis(200);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joins.db");
    let options = || JoinOptions::timeout(TIMEOUT);
    let first = Ship::new(Sqlite::open(&path).await.unwrap(), options());
    let event = Event {
        order: 7,
        metadata: Origin::default(),
    };
    let paid = first.payment(event).await.unwrap();
    assert!(
        matches!(paid, Arrival::Waiting { durable: true, .. }),
        "{paid:?}"
    );
    drop(first);
    let deadline = Instant::now() + TIMEOUT;

    let (delivered, mut deliveries) = unbounded_channel();
    let second = Ship::new(Sqlite::open(&path).await.unwrap(), options());
    let second = second.on_expired(move |expired: Expired<ShipReceived>| {
        let order = expired.inputs.payment().map(|payment| payment.order);
        delivered.send((order, Instant::now())).unwrap();
        std::future::ready(())
    });
    let second = Arc::new(second);
    let sweeps = tokio::spawn(async move { sweep_every(PAUSE, || second.sweep()).await });
    let (order, at) = deliveries.recv().await.unwrap();
    assert_eq!(order, Some(7));
    // A loaded machine adds some time.
    assert!(
        at < deadline + PAUSE + Duration::from_millis(800),
        "{:?} late",
        at - deadline
    );
    sweeps.abort();
}
