//! Results of `on_expired`: an expired join is delivered until `on_expired` succeeds.

use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, DueOutcome};
use linked_span_tests::{Sdk, Time, ms, pairs};
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;

use crate::encoded::{Call, Encoded};
use crate::{
    BACKOFF, InventoryReserved, LEASE, PaymentConfirmed, TIMEOUT, attribute, counts, inventory,
    memory, options, payment, poll_once, waits_for,
};

#[linked_span::fan_in(payment, inventory)]
fn ship(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

#[linked_span::fan_in(payment, inventory)]
async fn ship_later(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

/// Counts its calls.
#[derive(Clone, Default)]
struct Times(Arc<AtomicU8>);

impl Times {
    fn once_more(&self) -> u8 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn so_far(&self) -> u8 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Returns a store with one join that has just expired.
fn expired<S: fan_in::BlockingStore<ShipInput>>(ship: Ship<S>, time: &Time) -> Ship<S> {
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    ship
}

/// Asserts that a refused delivery is repeated after the backoff, and not before.
fn assert_taken_the_second_time(ship: &Ship, time: &Time, times: &Times) {
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 0, 1]);
    time.pass(BACKOFF - ms(1));
    assert_eq!(counts(ship.sweep().unwrap()), [0; 5]);
    assert_eq!(waits_for(ship.payment(payment("o-2"))), "inventory");
    assert_eq!(times.so_far(), 1);
    time.pass(ms(1));
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(times.so_far(), 2);
    time.pass(BACKOFF);
    assert_eq!(counts(ship.sweep().unwrap()), [0; 5]);
}

/// Asserts that both spans have the expiry's reason, and that the first one has the error too.
fn assert_exception(spans: &[SpanData], error_type: &'static str, message: &'static str) {
    let [first, second] = spans else {
        panic!("expected two spans: {spans:#?}");
    };
    for span in spans {
        assert_eq!(span.status, Status::error("missing: inventory"));
    }
    let [exception] = &first.events.events[..] else {
        panic!("expected one event: {:?}", first.events);
    };
    assert_eq!(exception.name, "exception");
    assert_eq!(
        pairs(&exception.attributes),
        [
            ("exception.type", error_type.into()),
            ("exception.message", message.into()),
        ]
    );
    assert_eq!(attribute(first, "error.type"), Some(error_type.into()));
    assert_eq!(second.events.len(), 0);
}

#[test]
fn err_of_on_expired_is_recorded_and_retried() {
    let (sdk, time, times) = (Sdk::install(), Time::default(), Times::default());
    let asked = times.clone();
    let ship = Ship::new(memory(&time), options()).on_expired(move |_| match asked.once_more() {
        1 => Err("no refund"),
        _ => Ok(()),
    });
    assert_taken_the_second_time(&expired(ship, &time), &time, &times);
    assert_exception(&sdk.spans(), "&str", "no refund");
}

#[test]
fn panic_of_on_expired_is_recorded_and_retried() {
    let (sdk, time, times) = (Sdk::install(), Time::default(), Times::default());
    let asked = times.clone();
    let ship = Ship::new(memory(&time), options())
        .on_expired(move |_| assert!(asked.once_more() > 1, "no refund"));
    assert_taken_the_second_time(&expired(ship, &time), &time, &times);
    assert_exception(&sdk.spans(), "panic", "no refund");
}

#[test]
fn panic_of_on_expired_is_recorded_with_its_message() {
    let (sdk, time, times) = (Sdk::install(), Time::default(), Times::default());
    let ship = Ship::new(memory(&time), options());
    let ship = ship.on_expired(move |expired| match times.once_more() {
        1 => panic!("no refund"),
        2 => panic!("no refund of {}", expired.key),
        3 => panic_any(30),
        _ => {}
    });
    let ship = expired(ship, &time);
    for _ in 0..3 {
        assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 0, 1]);
        time.pass(BACKOFF);
    }
    let words = ["no refund", "no refund of o-1", ""];
    for (span, words) in sdk.spans().iter().zip(words) {
        let exception = &span.events.events[0];
        let message = pairs(&exception.attributes)[1].clone();
        assert_eq!(message, ("exception.message", words.into()));
    }
}

#[test]
fn panic_of_on_expired_does_not_fail_the_arrival() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options())
        .on_expired(|expired| assert!(expired.key.is_empty(), "as it should"));
    let ship = expired(ship, &time);
    assert_eq!(waits_for(ship.payment(payment("o-2"))), "inventory");
    assert!(matches!(
        ship.inventory(inventory("o-2")),
        Ok(Arrival::Ran(()))
    ));
}

#[test]
fn sweep_continues_after_a_failed_delivery() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options()).on_expired(|expired| {
        assert!(expired.key != "o-1", "as it should");
        if expired.key == "o-2" {
            Err("no refund")
        } else {
            Ok(())
        }
    });
    for order_id in ["o-1", "o-2", "o-3"] {
        assert_eq!(waits_for(ship.payment(payment(order_id))), "inventory");
    }
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 2]);
}

#[test]
fn due_claim_returns_a_failed_delivery() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options()).on_expired(|_| Err::<(), _>("no refund"));
    let ship = expired(ship, &time);
    for due in ship.due(1).unwrap() {
        assert_eq!(due.run(), DueOutcome::ExpiryFailed);
    }
}

#[test]
fn late_input_is_expired_with_any_result_of_on_expired() {
    let (_sdk, time, times) = (Sdk::install(), Time::default(), Times::default());
    let asked = times.clone();
    let ship = Ship::new(memory(&time), options()).on_expired(move |_| match asked.once_more() {
        1 => Err("no refund"),
        _ => Ok(()),
    });
    let ship = expired(ship, &time);
    let late = || {
        let arrival = ship.inventory(inventory("o-1"));
        assert!(matches!(arrival, Ok(Arrival::Closed { .. })));
        times.so_far()
    };
    assert_eq!((late(), late()), (1, 1));
    time.pass(BACKOFF);
    assert_eq!((late(), late()), (2, 2));
}

#[test]
fn errors_option_of_the_function_applies_to_on_expired() {
    #[linked_span::fan_in(payment, inventory, errors = type)]
    fn by_type(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

    #[linked_span::fan_in(payment, inventory, errors = off)]
    fn in_silence(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

    let (sdk, time) = (Sdk::install(), Time::default());
    let by_type = ByType::new(memory(&time), options()).on_expired(|_| Err::<(), _>("no refund"));
    assert_eq!(waits_for(by_type.payment(payment("o-1"))), "inventory");
    let in_silence =
        InSilence::new(memory(&time), options()).on_expired(|_| Err::<(), _>("no refund"));
    assert_eq!(waits_for(in_silence.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    assert_eq!(counts(by_type.sweep().unwrap()), [0, 0, 0, 0, 1]);
    assert_eq!(counts(in_silence.sweep().unwrap()), [0, 0, 0, 0, 1]);
    let [first, second] = &sdk.spans()[..] else {
        panic!("expected two spans");
    };
    assert_eq!(
        pairs(&first.events.events[0].attributes),
        [("exception.type", "&str".into())]
    );
    assert_eq!(second.events.len(), 0);
    assert_eq!(second.status, Status::error("missing: inventory"));
}

/// The delivery succeeded but was not recorded, so it is repeated: at least once.
#[test]
fn delivery_without_a_settlement_is_repeated() {
    let (_sdk, time, times) = (Sdk::install(), Time::default(), Times::default());
    let (asked, store) = (times.clone(), Encoded::new(&time));
    let ship = Ship::new(store.clone(), options()).on_expired(move |_| {
        asked.once_more();
    });
    let ship = expired(ship, &time);
    store.fail(Call::Settle);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 0, 1]);
    assert_eq!(counts(ship.sweep().unwrap()), [0; 5]);
    time.pass(LEASE);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(times.so_far(), 2);
}

/// Counts in a future, each call of which fails in another way.
fn later(time: &Time, times: &Times) -> ShipLater {
    let asked = times.clone();
    ShipLater::new(memory(time), options()).on_expired(move |_| {
        let asked = asked.clone();
        async move {
            tokio::task::yield_now().await;
            match asked.once_more() {
                1 => Err("no refund"),
                2 => panic!("as it should"),
                _ => Ok(()),
            }
        }
    })
}

#[tokio::test]
async fn failing_future_of_on_expired_is_recorded_and_retried() {
    let (sdk, time, times) = (Sdk::install(), Time::default(), Times::default());
    let ship = later(&time, &times);
    assert_eq!(waits_for(ship.payment(payment("o-1")).await), "inventory");
    time.pass(TIMEOUT);
    for _ in 0..2 {
        assert_eq!(counts(ship.sweep().await.unwrap()), [0, 0, 0, 0, 1]);
        time.pass(BACKOFF);
    }
    assert_eq!(counts(ship.sweep().await.unwrap()), [0, 0, 0, 1, 0]);
    let exceptions = sdk.spans().into_iter().map(|span| {
        assert_eq!(span.status, Status::error("missing: inventory"));
        attribute(&span, "error.type").map(|error| error.to_string())
    });
    let exceptions: Vec<_> = exceptions.collect();
    assert_eq!(
        exceptions,
        [Some("&str".into()), Some("panic".into()), None]
    );
}

#[test]
fn cancelled_future_of_on_expired_is_retried() {
    let (sdk, time, times) = (Sdk::install(), Time::default(), Times::default());
    times.0.store(2, Ordering::SeqCst);
    let ship = later(&time, &times);
    assert_eq!(
        waits_for(fan_in::ready(ship.payment(payment("o-1")))),
        "inventory"
    );
    time.pass(TIMEOUT);
    let mut sweep = Box::pin(ship.sweep());
    assert!(poll_once(sweep.as_mut()).is_pending());
    drop(sweep);
    let span = sdk.span();
    assert_eq!(span.status, Status::error("missing: inventory"));
    assert_eq!(attribute(&span, "linked_span.cancelled"), Some(true.into()));

    time.pass(BACKOFF);
    let mut sweep = Box::pin(ship.sweep());
    assert!(poll_once(sweep.as_mut()).is_pending());
    assert!(poll_once(sweep.as_mut()).is_ready());
    assert_eq!(times.so_far(), 3);
}
