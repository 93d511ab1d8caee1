//! The logs of a handler.

use std::time::Duration;

use linked_span::fan_in::Arrival;
use linked_span::{LinkedEvent, Origin, fan_in, linked_span};
use linked_span_tests::{Sdk, producer};
use opentelemetry::logs::AnyValue;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLoggerProvider};
use serde_json::{Value, json};
use tracing::subscriber::with_default;
use tracing::{Level, info};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::lines_to;
use crate::shared::{Written, attribute, otel};

mod keys {
    pub(super) const SHELF: &str = "order.shelf";
}

#[derive(Clone, LinkedEvent)]
#[event(type = "order.placed")]
struct Order {
    #[event(id, key)]
    id: String,
    amount: f64,
    coupon: Option<String>,
    metadata: Origin,
}

fn order(coupon: Option<&str>) -> Order {
    Order {
        id: "o-1".to_owned(),
        amount: 2.5,
        coupon: coupon.map(str::to_owned),
        metadata: producer(1).into(),
    }
}

#[linked_span(
    order,
    attributes(
        order.amount = order.amount,
        order.lines = 3,
        order.gift = true,
        order.coupon = &order.coupon,
        keys::SHELF = "A",
    )
)]
fn pack(order: &Order) {
    info!("packing");
}

#[test]
fn formatted_line_shows_handler_and_fields() {
    let (_sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry().with(lines_to!(written)).with(otel());
    with_default(subscriber, || pack(&order(None)));
    assert_eq!(
        written.lines(),
        [
            r#" INFO pack{event.id="o-1" event.type="order.placed" order.amount=2.5 order.lines=3 order.gift=true}: packing"#
        ]
    );
}

#[test]
fn json_line_has_typed_fields_once() {
    let (_sdk, written) = (Sdk::install(), Written::default());
    let json = lines_to!(written).json();
    let subscriber = registry().with(json).with(otel());
    with_default(subscriber, || pack(&order(Some("spring"))));
    let line: Value = serde_json::from_str(&written.text()).expect("JSON");
    assert_eq!(
        line["span"],
        json!({
            "name": "pack",
            "event.id": "o-1",
            "event.type": "order.placed",
            "order.amount": 2.5,
            "order.lines": 3,
            "order.gift": true,
            "order.coupon": "spring",
        })
    );
    assert!(!written.text().contains("otel."));
}

/// Two formatting layers share the text of a span's fields: tracing#1372.
#[test]
fn two_formatting_layers_show_each_field_once() {
    let _sdk = Sdk::install();
    let [one, other] = [Written::default(), Written::default()];
    let subscriber = registry()
        .with(lines_to!(one))
        .with(lines_to!(other))
        .with(otel());
    with_default(subscriber, || pack(&order(None)));
    for written in [one, other] {
        assert_eq!(written.text().matches("event.id").count(), 1);
        assert_eq!(written.text().matches("order.lines").count(), 1);
    }
}

#[linked_span(order, attributes(order.coupon = &order.coupon))]
fn redeem(order: &Order) {
    tracing::Span::current().record("order.coupon", "found");
    info!("redeeming");
}

/// An attribute without a value is an empty field, which the body may record: tracing#2405.
#[test]
fn field_without_a_value_can_be_recorded_in_the_body() {
    let (sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry().with(lines_to!(written)).with(otel());
    with_default(subscriber, || redeem(&order(None)));
    assert!(
        written
            .text()
            .contains(r#"order.coupon="found"}: redeeming"#)
    );
    assert_eq!(attribute(&sdk.span(), "order.coupon"), Some("found".into()));
}

#[linked_span(orders)]
fn ship(orders: &[Order]) {
    info!("shipping");
}

#[test]
fn line_of_a_batch_shows_its_size() {
    let (_sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry().with(lines_to!(written)).with(otel());
    with_default(subscriber, || ship(&[order(None), order(None)]));
    assert_eq!(
        written.lines(),
        [" INFO ship{batch.size=2 batch.link_count=2}: shipping"]
    );
}

#[fan_in(paid, packed)]
fn dispatch(paid: &Order, packed: &Order) {
    info!("sending");
}

#[test]
fn line_of_a_fan_in_shows_its_key() {
    let (_sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry().with(lines_to!(written)).with(otel());
    with_default(subscriber, || {
        let dispatch = Dispatch::in_memory(Duration::from_mins(1));
        assert!(dispatch.paid(order(None)).is_ok());
        let arrival = dispatch.packed(order(None));
        assert!(matches!(arrival, Ok(Arrival::Ran(()))));
    });
    assert_eq!(
        written.lines(),
        [r#" INFO dispatch{fan_in.key="o-1" fan_in.input_count=2}: sending"#]
    );
}

#[linked_span(order)]
async fn later(order: &Order) {
    tokio::task::yield_now().await;
}

#[test]
fn closed_span_is_logged_once_with_its_times() {
    let (_sdk, written) = (Sdk::install(), Written::default());
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(written.clone())
        .with_span_events(FmtSpan::CLOSE);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    with_default(registry().with(lines).with(otel()), || {
        pack(&order(None));
        runtime.block_on(later(&order(None)));
    });
    let lines = written.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, name) in [(&lines[1], "pack"), (&lines[2], "later")] {
        assert!(line.contains(&format!("{name}{{")), "{line}");
        assert!(line.contains("close time.busy="), "{line}");
    }
}

#[linked_span(event, level = "debug", target = "shop::returns")]
fn with_both(event: &Origin) -> Option<(Level, &'static str)> {
    let span = tracing::Span::current();
    span.metadata().map(|span| (*span.level(), span.target()))
}

#[linked_span(event)]
fn with_neither(event: &Origin) -> Option<(Level, &'static str, Option<&'static str>, bool)> {
    let span = tracing::Span::current();
    span.metadata().map(|span| {
        let (line, file) = (line!() - 4, span.file());
        (
            *span.level(),
            span.target(),
            file,
            span.line() == Some(line),
        )
    })
}

#[test]
fn span_has_the_level_target_and_place_of_the_users_code() {
    let _sdk = Sdk::install();
    with_default(registry().with(otel()), || {
        let event = Origin::from(producer(1));
        assert_eq!(with_both(&event), Some((Level::DEBUG, "shop::returns")));
        assert_eq!(
            with_neither(&event),
            Some((Level::INFO, module_path!(), Some(file!()), true))
        );
    });
}

/// Logs through OpenTelemetry's appender have the handler's ids.
#[test]
fn appended_log_carries_the_handlers_trace_id() {
    let (sdk, exporter) = (Sdk::install(), InMemoryLogExporter::default());
    let logs = SdkLoggerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let appender = OpenTelemetryTracingBridge::new(&logs);
    with_default(registry().with(otel()).with(appender), || {
        pack(&order(None));
    });
    let emitted = exporter.get_emitted_logs().expect("logs");
    assert_eq!(emitted.len(), 1);
    let (log, span) = (&emitted[0].record, sdk.span());
    assert_eq!(log.body(), Some(&AnyValue::from("packing")));
    let context = log.trace_context().expect("a context");
    assert_eq!(context.trace_id, span.span_context.trace_id());
    assert_eq!(context.span_id, span.span_context.span_id());
}
