//! The span of a fan-in function.

use std::sync::LazyLock;

use linked_span::fan_in::{Arrival, Memory};
use linked_span::{Origin, fan_in};
use linked_span_tests::{Sdk, Time, active, ms, pairs, producer};
use opentelemetry::Value;
use opentelemetry::trace::{SpanId, SpanKind, Status, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracer, SdkTracerProvider};

use crate::{
    InventoryReserved, PaymentConfirmed, TIMEOUT, attribute, counts, inventory, links, memory,
    options, payment, ran, waits_for,
};

#[fan_in(payment, inventory)]
fn ship(inventory: &InventoryReserved, _how: &str, payment: &PaymentConfirmed) {}

#[test]
fn function_called_directly_has_links_and_no_key() {
    let sdk = Sdk::install();
    ship(&inventory("o-1"), "by air", &payment("o-1"));
    let span = sdk.span();
    assert_eq!(span.name, "ship");
    assert_eq!(span.span_kind, SpanKind::Internal);
    assert_eq!(pairs(&span.attributes), []);
    assert_eq!(
        links(&span),
        [
            (
                producer(1),
                vec![
                    ("link.relationship", "payment".into()),
                    ("event.id", "p-1".into()),
                    ("link.event_type", "payment.confirmed".into()),
                ]
            ),
            (producer(2), vec![("link.relationship", "inventory".into())]),
        ]
    );
}

#[test]
fn function_called_by_its_join_has_the_key_and_the_waits() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Ship::new(memory(&time), options());
    assert_eq!(
        waits_for(joins.inventory(inventory("o-1"), "by air")),
        "payment"
    );
    time.pass(ms(1));
    ran(joins.payment(payment("o-1"), "by sea"));
    let span = sdk.span();
    assert_eq!(
        pairs(&span.attributes),
        [
            ("fan_in.key", "o-1".into()),
            ("fan_in.input_count", 2.into())
        ]
    );
    assert_eq!(
        links(&span),
        [
            (
                producer(1),
                vec![
                    ("link.relationship", "payment".into()),
                    ("event.id", "p-1".into()),
                    ("link.event_type", "payment.confirmed".into()),
                    ("fan_in.wait", 0.0.into()),
                ]
            ),
            (
                producer(2),
                vec![
                    ("link.relationship", "inventory".into()),
                    ("fan_in.wait", 0.001.into())
                ]
            ),
        ]
    );
}

#[test]
fn sampler_sees_links_and_key() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Ship::new(memory(&time), options());
    assert_eq!(waits_for(joins.inventory(inventory("o-1"), "")), "payment");
    ran(joins.payment(payment("o-1"), ""));
    let [sampled] = &sdk.sampled()[..] else {
        panic!("expected one question");
    };
    assert_eq!(sampled.links.len(), 2);
    assert_eq!(pairs(&sampled.attributes)[0], ("fan_in.key", "o-1".into()));
}

#[test]
fn an_input_without_a_valid_origin_makes_no_link() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Ship::new(memory(&time), options());
    let inventory = InventoryReserved {
        metadata: Origin::default(),
        ..inventory("o-1")
    };
    assert_eq!(waits_for(joins.inventory(inventory, "")), "payment");
    ran(joins.payment(payment("o-1"), ""));
    let span = sdk.span();
    assert_eq!(attribute(&span, "fan_in.input_count"), Some(2.into()));
    let [(to, attributes)] = &links(&span)[..] else {
        panic!("expected one link");
    };
    assert_eq!(*to, producer(1));
    assert_eq!(attributes[3], ("fan_in.wait", 0.0.into()));
}

#[fan_in(
    payment,
    inventory,
    join = Shipping,
    name = format!("ship {} {how}", payment.order_id),
    kind = consumer,
    parent = root,
    scope = "orders",
    relationship = "needed",
)]
fn ship_with_options(payment: &PaymentConfirmed, inventory: &InventoryReserved, how: &str) {}

#[test]
fn handler_options_apply_to_a_fan_in() {
    let sdk = Sdk::install();
    let joins = Shipping::new(Memory::new(), options());
    let _guard = active(producer(9)).attach();
    assert_eq!(waits_for(joins.payment(payment("o-1"), "")), "inventory");
    ran(joins.inventory(inventory("o-1"), "by air"));
    let span = sdk.span();
    assert_eq!(span.name, "ship o-1 by air");
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_ne!(span.span_context.trace_id(), producer(9).trace_id());
    assert_eq!(span.instrumentation_scope.name(), "orders");
    for (_, attributes) in links(&span) {
        assert_eq!(attributes[0], ("link.relationship", "needed".into()));
    }
}

#[fan_in(
    payment(attributes(fan_in.wait = "long", order.id = payment.order_id)),
    inventory(relationship = how),
    attributes(fan_in.key = "mine", fan_in.input_count = how)
)]
fn ship_in_other_words(payment: &PaymentConfirmed, inventory: &InventoryReserved, how: &str) {}

#[test]
fn user_attributes_replace_those_of_the_join() {
    let sdk = Sdk::install();
    let joins = ShipInOtherWords::new(Memory::new(), options());
    assert_eq!(waits_for(joins.inventory(inventory("o-1"), "")), "payment");
    ran(joins.payment(payment("o-1"), "by air"));
    let span = sdk.span();
    assert_eq!(
        pairs(&span.attributes),
        [
            ("fan_in.key", "mine".into()),
            ("fan_in.input_count", "by air".into())
        ]
    );
    let [(_, payment), (_, inventory)] = &links(&span)[..] else {
        panic!("expected two links");
    };
    assert_eq!(
        payment[3..],
        [("fan_in.wait", "long".into()), ("order.id", "o-1".into())]
    );
    assert_eq!(inventory[0], ("link.relationship", "by air".into()));
}

#[fan_in(payment, inventory)]
fn fails(payment: &PaymentConfirmed, inventory: &InventoryReserved) -> Result<(), &'static str> {
    Err("no truck")
}

#[fan_in(payment, inventory, errors = type)]
fn fails_by_type(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
) -> Result<(), &'static str> {
    Err("no truck")
}

#[fan_in(payment, inventory, errors = off)]
fn fails_in_silence(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
) -> Result<(), &'static str> {
    Err("no truck")
}

macro_rules! errors {
    ($($name:ident($joins:ident): $status:expr, $exception:expr;)*) => { $(
        #[test]
        fn $name() {
            let sdk = Sdk::install();
            let joins = $joins::new(Memory::new(), options());
            assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
            let failed = joins.inventory(inventory("o-1"));
            assert!(matches!(failed, Ok(Arrival::Failed(Err("no truck")))));
            let span = sdk.span();
            assert_eq!(span.status, $status);
            let exceptions = span.events.iter();
            let exceptions: Vec<_> = exceptions.map(|event| pairs(&event.attributes)).collect();
            let expected: &[&[(&str, Value)]] = $exception;
            assert_eq!(exceptions, expected);
        }
    )* };
}

errors! {
    an_err_is_recorded(Fails): Status::error("no truck"), &[&[
        ("exception.type", "&str".into()),
        ("exception.message", "no truck".into()),
    ]];
    an_err_by_its_type_alone(FailsByType): Status::error(""), &[&[("exception.type", "&str".into())]];
    an_err_in_silence(FailsInSilence): Status::Unset, &[];
}

static EXPORTER: LazyLock<InMemorySpanExporter> = LazyLock::new(InMemorySpanExporter::default);

static TRACER: LazyLock<SdkTracer> = LazyLock::new(|| {
    let exporter = EXPORTER.clone();
    SdkTracerProvider::builder()
        .with_simple_exporter(exporter)
        .build()
        .tracer("my own")
});

#[fan_in(payment, inventory, tracer = &*TRACER)]
fn ship_elsewhere(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

#[test]
fn static_tracer_is_used_for_an_expired_join() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = ShipElsewhere::new(memory(&time), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    ran(joins.inventory(inventory("o-1")));
    assert_eq!(waits_for(joins.payment(payment("o-2"))), "inventory");
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(sdk.spans().len(), 0);
    let spans = EXPORTER.get_finished_spans().expect("spans");
    let names = spans.iter().map(|span| &*span.name);
    let names: Vec<_> = names.filter(|name| *name != "dispatch").collect();
    assert_eq!(names, ["ship_elsewhere", "ship_elsewhere expired"]);
}

#[test]
fn tracer_argument_is_not_used_for_an_expired_join() {
    #[fan_in(payment, inventory, tracer = tracer)]
    fn dispatch(
        payment: &PaymentConfirmed,
        inventory: &InventoryReserved,
        tracer: &'static SdkTracer,
    ) {
    }

    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Dispatch::new(memory(&time), options());
    assert_eq!(
        waits_for(joins.payment(payment("o-1"), &TRACER)),
        "inventory"
    );
    ran(joins.inventory(inventory("o-1"), &TRACER));
    assert_eq!(sdk.spans().len(), 0);
    assert_eq!(
        waits_for(joins.payment(payment("o-2"), &TRACER)),
        "inventory"
    );
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep(&TRACER).unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(sdk.span().name, "dispatch expired");
}

#[test]
fn unsampled_join_runs_without_spans() {
    let sdk = Sdk::install_with(Sampler::AlwaysOff);
    let joins = Ship::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"), "")), "inventory");
    ran(joins.inventory(inventory("o-1"), ""));
    assert_eq!((sdk.spans().len(), sdk.sampled().len()), (0, 1));
}
