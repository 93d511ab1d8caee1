//! The context in which a fan-in function runs.

use linked_span::fan_in::Memory;
use linked_span::{Origin, fan_in};
use linked_span_tests::{Sdk, active, producer};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanId, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::{
    InventoryReserved, PaymentConfirmed, consume, consume_later, inventory, options, payment, ran,
    waits_for,
};

fn current() -> SpanId {
    Context::map_current(|context| context.span().span_context().span_id())
}

#[fan_in(payment, inventory)]
fn ship(payment: &PaymentConfirmed, inventory: &InventoryReserved) -> SpanId {
    current()
}

#[fan_in(payment, inventory)]
async fn ship_later(payment: PaymentConfirmed, inventory: InventoryReserved) -> [SpanId; 2] {
    let first = current();
    tokio::task::yield_now().await;
    [first, current()]
}

#[test]
fn function_span_is_a_child_of_the_last_consumer_span() {
    let sdk = Sdk::install();
    let joins = Ship::new(Memory::new(), options());
    consume(&Origin::default(), || {
        assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    });
    let inside = consume(
        &Origin::default(),
        || ran(joins.inventory(inventory("o-1"))),
    );
    let [first, body, last] = &sdk.spans()[..] else {
        panic!("expected three spans");
    };
    assert_eq!(body.name, "ship");
    assert_eq!(body.span_context.span_id(), inside);
    assert_eq!(body.parent_span_id, last.span_context.span_id());
    assert_eq!(body.span_context.trace_id(), last.span_context.trace_id());
    assert_ne!(body.span_context.trace_id(), first.span_context.trace_id());
}

#[tokio::test]
async fn async_function_has_its_span_at_every_poll() {
    let sdk = Sdk::install();
    let joins = ShipLater::new(Memory::new(), options());
    let event = Origin::default();
    let first = consume_later(&event, joins.payment(payment("o-1"))).await;
    assert_eq!(waits_for(first), "inventory");
    let last = consume_later(&event, joins.inventory(inventory("o-1"))).await;
    let inside = ran(last);
    let [_, body, last] = &sdk.spans()[..] else {
        panic!("expected three spans");
    };
    assert_eq!(inside, [body.span_context.span_id(); 2]);
    assert_eq!(body.parent_span_id, last.span_context.span_id());
}

/// The events of a join have no baggage in common.
#[test]
fn function_has_the_baggage_of_the_last_consumer() {
    #[fan_in(payment, inventory)]
    fn baggage(payment: &PaymentConfirmed, inventory: &InventoryReserved) -> Vec<String> {
        Context::map_current(|context| {
            let baggage = context.baggage().iter();
            baggage
                .map(|(key, (value, _))| format!("{key}={value}"))
                .collect()
        })
    }

    let _sdk = Sdk::install();
    let joins = Baggage::new(Memory::new(), options());
    let origin = |number, tenant| {
        Origin::from(active(producer(number)).with_baggage([KeyValue::new("tenant", tenant)]))
    };
    let payment = PaymentConfirmed {
        metadata: origin(1, "payment's"),
        ..payment("o-1")
    };
    let inventory = InventoryReserved {
        metadata: origin(2, "inventory's"),
        ..inventory("o-1")
    };
    let first = Context::new()
        .with_baggage([KeyValue::new("region", "eu")])
        .attach();
    assert_eq!(waits_for(joins.payment(payment)), "inventory");
    drop(first);
    let _last = Context::new()
        .with_baggage([KeyValue::new("region", "us")])
        .attach();
    assert_eq!(ran(joins.inventory(inventory)), ["region=us"]);
}
