//! Without an SDK, a fan-in works the same, and evaluates nothing for telemetry.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use linked_span::fan_in::{Arrival, JoinOptions, Memory};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Time, active, producer};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

use crate::{EVALUATED, evaluated, ready};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order_id: u64,
    metadata: Origin,
}

fn event() -> Event {
    Event {
        order_id: 7,
        metadata: producer(1).into(),
    }
}

/// Fails the first time, and calls itself the second time.
#[fan_in(payment, inventory, name = evaluated("name"), attributes(key = evaluated("value")))]
fn ship(payment: Event, inventory: &Event, fail: bool, again: bool) -> Result<SpanContext, ()> {
    if again {
        ship(payment, inventory, fail, false)
    } else if fail {
        Err(())
    } else {
        let context = |context: &Context| context.span().span_context().clone();
        Ok(Context::map_current(context))
    }
}

#[fan_in(payment(relationship = evaluated("paid")), inventory)]
async fn ship_later(payment: &Event, inventory: Event) -> u64 {
    payment.order_id
}

fn options() -> JoinOptions {
    JoinOptions::timeout(Duration::from_millis(10))
}

#[test]
fn fan_in_function_keeps_the_ambient_context() {
    let joins = Ship::new(Memory::new(), options());
    let _guard = active(producer(2)).attach();
    let first = joins.payment(event(), false, false);
    assert!(matches!(first, Ok(Arrival::Waiting { .. })));
    let failed = joins.inventory(event(), true, false);
    assert!(matches!(failed, Ok(Arrival::Failed(Err(())))));
    let ran = joins.inventory(event(), false, true);
    assert!(matches!(ran, Ok(Arrival::Ran(Ok(context))) if context == producer(2)));
    assert_eq!(EVALUATED.with(Cell::get), 0);
}

#[test]
fn fan_in_async_function_keeps_the_ambient_context() {
    let joins = ShipLater::new(Memory::new(), options());
    let first = ready(joins.inventory(event()));
    assert!(matches!(first, Ok(Arrival::Waiting { .. })));
    assert!(matches!(ready(joins.payment(event())), Ok(Arrival::Ran(7))));
    assert_eq!(EVALUATED.with(Cell::get), 0);
}

#[test]
fn expired_join_is_delivered() {
    let (time, taken) = (Time::default(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&taken);
    let store = time.of(Memory::new());
    let joins = ShipLater::new(store, options()).on_expired(move |expired| {
        assert!(expired.inputs.payment().is_some());
        count.fetch_add(1, Ordering::SeqCst);
        async {}
    });
    assert!(matches!(
        ready(joins.payment(event())),
        Ok(Arrival::Waiting { .. })
    ));
    time.pass(Duration::from_millis(10));
    assert_eq!(ready(joins.sweep()).unwrap().expired, 1);
    assert_eq!(taken.load(Ordering::SeqCst), 1);
    assert_eq!(EVALUATED.with(Cell::get), 0);
}
