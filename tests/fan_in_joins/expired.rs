//! The span of an expired join's delivery.

use std::sync::{Arc, Mutex};

use linked_span::{Origin, fan_in, set_attribute};
use linked_span_tests::{Sdk, Time, active, ms, pairs, producer};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry::{Context, KeyValue};

use crate::{
    InventoryReserved, PaymentConfirmed, TIMEOUT, attribute, consume, counts, inventory, links,
    memory, options, payment, waits_for,
};

#[fan_in(payment, inventory)]
fn ship(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

/// The span begins a trace, although an unrelated span is active.
#[test]
fn span_of_an_expired_join_begins_a_trace_with_links() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options()).on_expired(|expired| {
        set_attribute("refunded", expired.inputs.payment().is_some());
    });
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT + ms(500));
    consume(&Origin::default(), || {
        assert_eq!(waits_for(ship.payment(payment("o-2"))), "inventory");
    });
    let [span, consumer] = &sdk.spans()[..] else {
        panic!("expected two spans");
    };
    assert_eq!(span.name, "ship expired");
    assert_eq!(span.span_kind, SpanKind::Internal);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_ne!(
        span.span_context.trace_id(),
        consumer.span_context.trace_id()
    );
    assert_eq!(span.status, Status::error("missing: inventory"));
    assert_eq!(span.events.len(), 0);
    assert_eq!(
        pairs(&span.attributes),
        [
            ("fan_in.key", "o-1".into()),
            ("fan_in.input_count", 1.into()),
            ("refunded", true.into()),
        ]
    );
    assert_eq!(
        links(span),
        [(
            producer(1),
            vec![
                ("link.relationship", "payment".into()),
                ("event.id", "p-1".into()),
                ("link.event_type", "payment.confirmed".into()),
                ("fan_in.wait", 600.5.into()),
            ]
        )]
    );
}

/// The delivery must not see the baggage of the unrelated event that is being handled.
#[test]
fn on_expired_does_not_see_the_baggage_of_the_arrival() {
    let (_sdk, time, seen) = (Sdk::install(), Time::default(), Arc::default());
    let note: Arc<Mutex<Option<String>>> = Arc::clone(&seen);
    let ship = Ship::new(memory(&time), options()).on_expired(move |_| {
        let tenant = |context: &Context| context.baggage().get("tenant").map(ToString::to_string);
        *note.lock().unwrap() = Context::map_current(tenant);
    });
    assert_eq!(waits_for(ship.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    let another = active(producer(3)).with_baggage([KeyValue::new("tenant", "another")]);
    let _guard = another.attach();
    assert_eq!(waits_for(ship.payment(payment("o-2"))), "inventory");
    assert_eq!(*seen.lock().unwrap(), None);
}

#[test]
fn expired_join_without_on_expired_is_exported() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options());
    assert_eq!(waits_for(ship.inventory(inventory("o-1"))), "payment");
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    let span = sdk.span();
    assert_eq!(span.name, "ship expired");
    assert_eq!(span.status, Status::error("missing: payment"));
    assert_eq!(links(&span)[0].0, producer(2));
}

#[test]
fn an_input_without_a_valid_origin_makes_no_link() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options());
    let payment = PaymentConfirmed {
        metadata: Origin::default(),
        ..payment("o-1")
    };
    assert_eq!(waits_for(ship.payment(payment)), "inventory");
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep().unwrap()), [0, 0, 0, 1, 0]);
    let span = sdk.span();
    assert_eq!(links(&span), []);
    assert_eq!(attribute(&span, "fan_in.input_count"), Some(1.into()));
}

#[test]
fn missing_inputs_are_listed_in_declaration_order() {
    #[fan_in(payment, inventory, label, key = order_id)]
    fn dispatch(
        label: &InventoryReserved,
        inventory: &InventoryReserved,
        payment: &PaymentConfirmed,
    ) {
    }

    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Dispatch::new(memory(&time), options());
    assert_eq!(
        waits_for(joins.inventory(inventory("o-1"))),
        "payment, label"
    );
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(sdk.span().status, Status::error("missing: payment, label"));
}

/// The links have the attributes of the function's links, except those that need more than the input.
#[test]
fn links_of_an_expired_join_have_the_attributes_of_the_function() {
    #[fan_in(
        payment(relationship = payment.id, attributes(order.id = payment.order_id, how = how)),
        inventory(relationship = how, attributes(reserved = true)),
    )]
    fn dispatch(payment: &PaymentConfirmed, inventory: &InventoryReserved, how: &str) {}

    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Dispatch::new(memory(&time), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"), "")), "inventory");
    assert_eq!(waits_for(joins.inventory(inventory("o-2"), "")), "payment");
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep("").unwrap()), [0, 0, 0, 2, 0]);
    let [first, second] = &sdk.spans()[..] else {
        panic!("expected two spans");
    };
    let (_, paid) = &links(first)[0];
    assert_eq!(paid[0], ("link.relationship", "p-1".into()));
    assert_eq!(paid[4], ("order.id", "o-1".into()));
    assert_eq!(paid.len(), 5);
    let (_, reserved) = &links(second)[0];
    assert_eq!(reserved[0], ("link.relationship", "inventory".into()));
    assert_eq!(reserved[2], ("reserved", true.into()));
}

#[test]
fn computed_name_is_not_used_for_an_expired_join() {
    #[fan_in(payment, inventory, name = format!("dispatch {}", payment.order_id), scope = "orders")]
    fn dispatch(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Dispatch::new(memory(&time), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep().unwrap()), [0, 0, 0, 1, 0]);
    let span = sdk.span();
    assert_eq!(span.name, "dispatch expired");
    assert_eq!(span.instrumentation_scope.name(), "orders");
}
