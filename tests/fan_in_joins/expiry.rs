//! Expired joins: when they expire, which call finds them, and what `on_expired` receives.

use std::sync::{Arc, Mutex};

use linked_span::fan_in::{
    Arrival, ArriveErrorKind, BlockingStore, ClosedReason, DueOutcome, Expired, Memory, Store,
};
use linked_span::{fan_in, set_attribute};
use linked_span_tests::{Sdk, Time, ms, pairs, producer};
use opentelemetry::trace::Status;

use crate::encoded::{Encoded, Remote};
use crate::{
    DEDUP_WINDOW, InventoryReserved, PaymentConfirmed, TIMEOUT, counts, inventory, links, memory,
    options, payment, waits_for,
};

#[fan_in(payment, inventory)]
fn ship(payment: &PaymentConfirmed, inventory: &InventoryReserved) -> Result<(), &'static str> {
    Err("no truck")
}

#[fan_in(
    payment(relationship = "payment_confirmation"),
    inventory,
    name = "ship order"
)]
async fn ship_later(payment: PaymentConfirmed, inventory: InventoryReserved) {}

/// The expired joins that were delivered.
#[derive(Clone, Debug, Default)]
struct Taken(Arc<Mutex<Vec<String>>>);

impl Taken {
    fn take(&self, expired: &Expired<ShipReceived>) {
        let Expired {
            key,
            inputs,
            missing,
            attempts,
            ..
        } = expired;
        let came = [
            inputs.payment().map(|payment| &*payment.id),
            inputs.inventory().map(|_| "inventory"),
        ];
        let came: Vec<_> = came.into_iter().flatten().collect();
        let said = format!("{key}: {came:?} after {attempts}, missing {missing:?}");
        self.0.lock().unwrap().push(said);
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Sets an `on_expired` that records into `Taken`.
fn taking<S>(ship: Ship<S>) -> (Ship<S>, Taken)
where
    S: BlockingStore<ShipInput>,
{
    let taken = Taken::default();
    let log = taken.clone();
    (ship.on_expired(move |expired| log.take(&expired)), taken)
}

const WITHOUT_INVENTORY: &str = r#"o-1: ["p-1"] after 0, missing ["inventory"]"#;

#[test]
fn sweep_delivers_an_expired_join_with_its_inputs() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT - ms(1));
    assert_eq!(counts(ship.sweep().unwrap()), [0; 5]);
    time.pass(ms(1));
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(counts(ship.sweep().unwrap()), [0; 5]);
    assert_eq!(taken.all(), [WITHOUT_INVENTORY]);
    assert_eq!(fan_in::ready(ship.join().len()).unwrap(), 0);
}

#[test]
fn complete_join_that_always_fails_expires() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    for _ in 0..3 {
        let failed = ship.inventory(inventory("o-1"));
        assert!(matches!(failed, Ok(Arrival::Failed(_))));
    }
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(
        taken.all(),
        [r#"o-1: ["p-1", "inventory"] after 3, missing []"#]
    );
    let span = sdk.span_called("ship expired");
    assert_eq!(span.status, Status::error("not completed in 3 attempts"));
    assert_eq!(links(&span).len(), 2);
}

/// A complete join has a full timeout of its own for its body.
#[test]
fn complete_join_has_a_new_timeout() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT - ms(1));
    assert!(matches!(
        ship.inventory(inventory("o-1")),
        Ok(Arrival::Failed(_))
    ));
    time.pass(TIMEOUT - ms(1));
    assert_eq!(counts(ship.sweep().unwrap()), [0, 1, 0, 0, 0]);
    assert_eq!(taken.all(), [""; 0]);
    time.pass(ms(1));
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
}

#[test]
fn late_input_delivers_the_join_without_itself() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    let arrival = ship.inventory(inventory("o-1"));
    let Ok(Arrival::Closed { reason, input, .. }) = arrival else {
        panic!("expected it to be over: {arrival:?}");
    };
    assert_eq!(
        (reason, input),
        (
            ClosedReason::Expired,
            ShipInput::Inventory(inventory("o-1"))
        )
    );
    assert_eq!(taken.all(), [WITHOUT_INVENTORY]);
    assert_eq!(links(&sdk.span()).len(), 1);
}

#[test]
fn input_during_a_delivery_is_too_late() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins: Arc<std::sync::OnceLock<Ship>> = Arc::default();
    let (same, late) = (Arc::clone(&joins), Arc::new(Mutex::new(None)));
    let noted = Arc::clone(&late);
    let ship = Ship::new(memory(&time), options()).on_expired(move |expired| {
        let arrival = same.get().unwrap().inventory(inventory(&expired.key));
        *noted.lock().unwrap() = Some(arrival);
    });
    let ship = joins.get_or_init(|| ship);
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    let arrival = late.lock().unwrap().take();
    assert!(matches!(
        arrival,
        Some(Ok(Arrival::Closed {
            reason: ClosedReason::Expired,
            ..
        }))
    ));
}

#[test]
fn key_of_a_forgotten_join_opens_a_new_join() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    time.pass(DEDUP_WINDOW);
    assert_eq!(waits_for(ship.inventory(inventory("o-1"))), "payment");
    assert_eq!(taken.all().len(), 1);
}

/// `on_expired` would run between the arrival's claim and its function, or between the success and the caller.
#[test]
fn arrival_that_runs_the_function_delivers_no_other_join() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT - ms(1));
    assert_eq!(waits_for(ship.payment(payment("o-2"))), "inventory");
    time.pass(ms(1));
    assert!(matches!(
        ship.inventory(inventory("o-2")),
        Ok(Arrival::Failed(_))
    ));
    assert_eq!(taken.all(), [""; 0]);
    assert_eq!(waits_for(ship.payment(payment("o-3"))), "inventory");
    assert_eq!(taken.all(), [WITHOUT_INVENTORY]);
    let spans = sdk.spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["ship", "ship expired"]);
}

/// Otherwise a full store would stay full.
#[test]
fn arrival_at_a_full_store_delivers_an_expired_join() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = memory(&time).capacity(1);
    let (ship, taken) = taking(Ship::new(store, options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    let full = ship.payment(payment("o-2")).unwrap_err();
    assert!(matches!(full.kind, ArriveErrorKind::Full));
    time.pass(TIMEOUT);
    assert_eq!(waits_for(ship.arrive(*full.input)), "inventory");
    assert_eq!(taken.all(), [WITHOUT_INVENTORY]);
}

/// Each arrival finds an expired join at once, in any shard.
#[test]
fn full_store_of_expired_joins_refuses_no_arrival() {
    const JOINS: usize = 100;
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(time.of(Memory::new().capacity(JOINS)), options()));
    for order in 0..JOINS {
        assert_eq!(
            waits_for(ship.payment(payment(&format!("old-{order}")))),
            "inventory"
        );
    }
    time.pass(TIMEOUT);
    for order in 0..JOINS {
        assert_eq!(
            waits_for(ship.payment(payment(&format!("new-{order}")))),
            "inventory"
        );
    }
    assert_eq!(taken.all().len(), JOINS);
}

#[test]
fn expired_join_of_a_durable_store_has_its_inputs() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(Encoded::new(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    assert_eq!(waits_for(ship.payment(payment("o-2"))), "inventory");
    assert_eq!(taken.all(), [WITHOUT_INVENTORY]);
    assert_eq!(links(&sdk.span())[0].0, producer(1));
}

#[test]
fn due_claim_delivers_an_expired_join() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    let [due] = <[_; 1]>::try_from(ship.due(10).unwrap()).expect("one");
    assert_eq!(due.key(), "o-1");
    assert_eq!(taken.all(), [""; 0]);
    assert_eq!(due.run(), DueOutcome::Expired);
    assert_eq!(taken.all(), [WITHOUT_INVENTORY]);
}

#[test]
fn dropped_due_claim_is_delivered_by_the_next() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (ship, taken) = taking(Ship::new(memory(&time), options()));
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    drop(ship.due(10).unwrap());
    assert_eq!((taken.all().len(), sdk.spans().len()), (0, 0));
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(taken.all(), [WITHOUT_INVENTORY]);
}

/// The same for an `async fn`: by an arrival, a sweep, and a claim of due joins.
async fn later(ship: ShipLater<impl Store<ShipLaterInput>>, time: &Time, sdk: &Sdk) {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&taken);
    let ship = ship.on_expired(move |expired| {
        let log = Arc::clone(&log);
        async move {
            tokio::task::yield_now().await;
            set_attribute("taken", true);
            log.lock().unwrap().push(expired.key);
        }
    });
    let waits = async |order_id: &str| {
        assert_eq!(
            waits_for(ship.payment(payment(order_id)).await),
            "inventory"
        );
    };
    waits("o-1").await;
    time.pass(TIMEOUT);
    waits("o-2").await;
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep().await.unwrap()), [0, 0, 0, 1, 0]);
    waits("o-3").await;
    time.pass(TIMEOUT);
    for due in ship.due(10).await.unwrap() {
        assert_eq!(due.run().await, DueOutcome::Expired);
    }
    waits("o-4").await;
    time.pass(TIMEOUT);
    let late = ship.inventory(inventory("o-4")).await;
    assert!(matches!(late, Ok(Arrival::Closed { .. })));
    assert_eq!(*taken.lock().unwrap(), ["o-1", "o-2", "o-3", "o-4"]);

    assert_eq!(sdk.spans().len(), 4);
    for span in sdk.spans() {
        assert_eq!(span.name, "ship order expired");
        assert_eq!(span.status, Status::error("missing: inventory"));
        assert_eq!(pairs(&span.attributes)[2], ("taken", true.into()));
        let relationship = ("link.relationship", "payment_confirmation".into());
        assert_eq!(links(&span)[0].1[0], relationship);
    }
    assert_eq!(ship.join().len().await.unwrap(), 0);
}

#[tokio::test]
async fn async_expiry_in_memory_is_delivered() {
    let (sdk, time) = (Sdk::install(), Time::default());
    later(ShipLater::new(memory(&time), options()), &time, &sdk).await;
}

#[tokio::test]
async fn async_expiry_on_a_durable_store_is_delivered() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let store = Remote(Encoded::new(&time));
    later(ShipLater::new(store, options()), &time, &sdk).await;
}
