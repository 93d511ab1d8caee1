//! The span event that each arrival records once on the active span, with any result.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use linked_span::fan_in::{BlockingStore, Memory};
use linked_span::{Origin, fan_in};
use linked_span_tests::{Sdk, Time, pairs};
use opentelemetry_sdk::trace::SpanData;

use crate::encoded::{Call, Encoded, Remote};
use crate::{
    InventoryReserved, PaymentConfirmed, TIMEOUT, consume, consume_later, inventory, memory,
    options, payment, poll_once, waits_for,
};

#[derive(Clone, Copy)]
enum Body {
    Succeeds,
    Fails,
    Panics,
}

#[fan_in(payment, inventory)]
fn ship(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    body: Body,
    meanwhile: &dyn Fn(),
) -> Result<(), &'static str> {
    meanwhile();
    match body {
        Body::Succeeds => Ok(()),
        Body::Fails => Err("no truck"),
        Body::Panics => panic!("as it should"),
    }
}

fn nothing() {}

#[fan_in(payment, inventory)]
async fn ship_later(payment: &PaymentConfirmed, inventory: &InventoryReserved, panics: bool) {
    tokio::task::yield_now().await;
    assert!(!panics, "as it should");
}

/// Returns input and outcome of each arrival that a span recorded.
fn arrivals(span: &SpanData) -> Vec<[String; 2]> {
    let arrivals = span.events.iter();
    arrivals
        .filter(|event| event.name == "fan_in.arrival")
        .map(|event| {
            let [join, input, outcome] = &pairs(&event.attributes)[..] else {
                panic!("expected three attributes: {event:?}");
            };
            assert_eq!(join.0, "fan_in.join");
            assert!(["Ship", "ShipLater"].contains(&join.1.as_str().as_ref()));
            assert_eq!((input.0, outcome.0), ("fan_in.input", "fan_in.outcome"));
            [input, outcome].map(|(_, value)| value.to_string())
        })
        .collect()
}

/// Returns the arrivals of all consumers' spans. Other spans must record none.
fn of_consumers(sdk: &Sdk) -> Vec<[String; 2]> {
    let (consumers, others): (Vec<_>, Vec<_>) = sdk
        .spans()
        .into_iter()
        .partition(|span| span.name.starts_with("consume"));
    for other in others {
        assert_eq!(arrivals(&other), [[""; 2]; 0]);
    }
    consumers.iter().flat_map(arrivals).collect()
}

fn arrive_payment(ship: &Ship<impl BlockingStore<ShipInput>>) {
    let _ = consume(&Origin::default(), || {
        ship.payment(payment("o-1"), Body::Succeeds, &nothing)
    });
}

fn arrive_inventory(ship: &Ship<impl BlockingStore<ShipInput>>, body: Body) {
    arrive_inventory_and(ship, body, &nothing);
}

fn arrive_inventory_and(
    ship: &Ship<impl BlockingStore<ShipInput>>,
    body: Body,
    meanwhile: &dyn Fn(),
) {
    let _ = consume(&Origin::default(), || {
        ship.inventory(inventory("o-1"), body, meanwhile)
    });
}

#[test]
fn arrivals_at_a_join_that_completes_are_recorded() {
    let sdk = Sdk::install();
    let ship = Ship::new(Memory::new(), options());
    arrive_payment(&ship);
    arrive_payment(&ship);
    arrive_inventory(&ship, Body::Fails);
    arrive_inventory(&ship, Body::Succeeds);
    arrive_inventory(&ship, Body::Succeeds);
    assert_eq!(
        of_consumers(&sdk),
        [
            ["payment", "waiting"],
            ["payment", "duplicate"],
            ["inventory", "failed"],
            ["inventory", "ran"],
            ["inventory", "completed"],
        ]
    );
}

#[test]
fn arrivals_at_a_join_that_expires_are_recorded() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options());
    arrive_payment(&ship);
    time.pass(TIMEOUT);
    arrive_inventory(&ship, Body::Succeeds);
    arrive_payment(&ship);
    assert_eq!(
        of_consumers(&sdk),
        [
            ["payment", "waiting"],
            ["inventory", "expired"],
            ["payment", "expired"],
        ]
    );
}

#[test]
fn busy_arrival_is_recorded_on_the_active_span() {
    let sdk = Sdk::install();
    let ship = Ship::new(Memory::new(), options());
    arrive_payment(&ship);
    let meanwhile = || {
        let _ = ship.payment(payment("o-1"), Body::Succeeds, &nothing);
    };
    arrive_inventory_and(&ship, Body::Succeeds, &meanwhile);
    assert_eq!(arrivals(&sdk.span_called("ship")), [["payment", "busy"]]);
    assert_eq!(arrivals(&sdk.spans()[2]), [["inventory", "ran"]]);
}

#[test]
fn arrivals_at_a_join_that_is_parked_are_recorded() {
    let sdk = Sdk::install();
    let ship = Ship::new(Memory::new(), options().max_attempts(1));
    arrive_payment(&ship);
    arrive_inventory(&ship, Body::Fails);
    arrive_payment(&ship);
    assert_eq!(
        of_consumers(&sdk),
        [
            ["payment", "waiting"],
            ["inventory", "failed"],
            ["payment", "parked"],
        ]
    );
}

#[test]
fn run_without_a_settlement_is_recorded_as_unrecorded() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options());
    arrive_payment(&ship);
    store.fail(Call::Settle);
    arrive_inventory(&ship, Body::Succeeds);
    assert_eq!(
        of_consumers(&sdk),
        [["payment", "waiting"], ["inventory", "unrecorded"]]
    );
}

#[test]
fn rejected_inputs_are_recorded() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    store.fail(Call::Arrive);
    arrive_payment(&Ship::new(store, options()));
    let full = Ship::new(Memory::new().capacity(0), options());
    arrive_payment(&full);
    let _ = consume(&Origin::default(), || {
        full.payment(payment(""), Body::Succeeds, &nothing)
    });
    assert_eq!(
        of_consumers(&sdk),
        [
            ["payment", "store_failed"],
            ["payment", "full"],
            ["payment", "no_key"],
        ]
    );
}

#[test]
fn arrival_whose_body_panics_is_recorded_as_dropped() {
    let sdk = Sdk::install();
    let ship = Ship::new(Memory::new(), options());
    arrive_payment(&ship);
    let panicked = catch_unwind(AssertUnwindSafe(|| arrive_inventory(&ship, Body::Panics)));
    assert!(panicked.is_err());
    assert_eq!(
        of_consumers(&sdk),
        [["payment", "waiting"], ["inventory", "dropped"]]
    );
}

#[test]
fn arrival_whose_panic_is_caught_is_recorded_as_dropped() {
    let sdk = Sdk::install();
    let ship = Ship::new(Memory::new(), options());
    arrive_payment(&ship);
    consume(&Origin::default(), || {
        let arrive = || ship.inventory(inventory("o-1"), Body::Panics, &nothing);
        assert!(catch_unwind(AssertUnwindSafe(arrive)).is_err());
    });
    assert_eq!(
        of_consumers(&sdk),
        [["payment", "waiting"], ["inventory", "dropped"]]
    );
}

#[test]
fn async_arrivals_are_recorded() {
    let sdk = Sdk::install();
    let ship = ShipLater::new(Memory::new(), options());
    let event = Origin::default();
    for (order, panics) in [("o-1", false), ("o-2", true)] {
        let waits = consume_later(&event, ship.payment(payment(order), panics));
        assert!(poll_once(pin!(waits)).is_ready());
        let mut runs = pin!(consume_later(
            &event,
            ship.inventory(inventory(order), panics)
        ));
        assert!(poll_once(runs.as_mut()).is_pending());
        let run = catch_unwind(AssertUnwindSafe(|| poll_once(runs).is_ready()));
        assert_eq!(run.ok(), (!panics).then_some(true));
    }
    assert_eq!(
        of_consumers(&sdk),
        [
            ["payment", "waiting"],
            ["inventory", "ran"],
            ["payment", "waiting"],
            ["inventory", "dropped"],
        ]
    );
}

#[test]
fn arrival_cancelled_by_its_consumer_is_recorded_as_dropped() {
    let sdk = Sdk::install();
    let ship = ShipLater::new(Memory::new(), options());
    let event = Origin::default();
    let waits = consume_later(&event, ship.payment(payment("o-1"), false));
    assert!(poll_once(pin!(waits)).is_ready());
    let cancels = async {
        let mut arrives = Box::pin(ship.inventory(inventory("o-1"), false));
        assert!(poll_once(arrives.as_mut()).is_pending());
    };
    assert!(poll_once(pin!(consume_later(&event, cancels))).is_ready());
    assert_eq!(
        of_consumers(&sdk),
        [["payment", "waiting"], ["inventory", "dropped"]]
    );
}

#[test]
fn arrival_cancelled_with_its_consumer_is_recorded_as_dropped() {
    let sdk = Sdk::install();
    let ship = ShipLater::new(Memory::new(), options());
    let event = Origin::default();
    let waits = consume_later(&event, ship.payment(payment("o-1"), false));
    assert!(poll_once(pin!(waits)).is_ready());
    let mut arrives = Box::pin(consume_later(
        &event,
        ship.inventory(inventory("o-1"), false),
    ));
    assert!(poll_once(arrives.as_mut()).is_pending());
    drop(arrives);
    assert_eq!(
        of_consumers(&sdk),
        [["payment", "waiting"], ["inventory", "dropped"]]
    );
}

#[test]
fn arrival_cancelled_during_a_store_call_is_recorded_as_dropped() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let ship = ShipLater::new(Remote(Encoded::new(&time)), options());
    let event = Origin::default();
    let mut arrives = Box::pin(consume_later(&event, ship.payment(payment("o-1"), false)));
    assert!(poll_once(arrives.as_mut()).is_pending());
    drop(arrives);
    assert_eq!(of_consumers(&sdk), [["payment", "dropped"]]);
}

/// A future that is never polled makes no arrival.
#[test]
fn arrival_that_is_never_polled_is_not_recorded() {
    let sdk = Sdk::install();
    let ship = ShipLater::new(Memory::new(), options());
    consume(&Origin::default(), || {
        drop(ship.payment(payment("o-1"), false));
    });
    assert_eq!(of_consumers(&sdk), [[""; 2]; 0]);
}

#[test]
fn arrival_without_an_active_span_waits() {
    let sdk = Sdk::install();
    let ship = Ship::new(Memory::new(), options());
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Body::Succeeds, &nothing)),
        "inventory"
    );
    assert_eq!(sdk.spans().len(), 0);
}
