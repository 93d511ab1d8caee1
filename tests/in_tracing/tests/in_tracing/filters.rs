//! Filters decide what is logged. They must not decide which spans OpenTelemetry gets.

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use tracing::subscriber::with_default;
use tracing::{Span, info};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{EnvFilter, registry, reload};

use crate::lines_to;
use crate::shared::{Written, names, otel};

#[derive(LinkedEvent)]
struct Order {
    #[event(id)]
    id: &'static str,
    metadata: Origin,
}

fn order(id: &'static str) -> Order {
    Order {
        id,
        metadata: producer(1).into(),
    }
}

#[linked_span(order, level = "debug", target = "shop::orders")]
fn pack(order: &Order) -> bool {
    info!("packing");
    Span::current().is_none()
}

/// Returns whether the handler had no `tracing` span. It asserts that its OpenTelemetry span is exported with its link.
fn is_filtered_off(filter: &str) -> (bool, Written) {
    let (sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry()
        .with(EnvFilter::new(filter))
        .with(lines_to!(written))
        .with(otel());
    let mut is_off = false;
    with_default(subscriber, || is_off = pack(&order("o-1")));
    assert_eq!(sdk.span().links.links[0].span_context, producer(1));
    (is_off, written)
}

#[test]
fn filter_by_target_and_level_rejects_the_tracing_span_alone() {
    for (filter, is_off) in [
        ("trace", false),
        ("shop::orders=debug", false),
        ("shop=debug", false),
        ("info", true),
        ("shop::orders=info", true),
        ("shop::returns=trace", true),
        ("off", true),
    ] {
        assert_eq!(is_filtered_off(filter).0, is_off, "{filter}");
    }
}

#[test]
fn filter_by_field_compares_the_events_values() {
    #[linked_span(order, target = "shop::orders")]
    fn look(order: &Order) {
        tracing::debug!(target: "shop::shelf", "looking");
    }

    let (_sdk, written) = (Sdk::install(), Written::default());
    let filter = EnvFilter::new("off,[look{event.id=o-2}]=debug");
    let subscriber = registry()
        .with(filter)
        .with(lines_to!(written))
        .with(otel());
    with_default(subscriber, || {
        for id in ["o-1", "o-2", "o-3"] {
            look(&order(id));
        }
    });
    assert_eq!(written.lines(), [r#"DEBUG look{event.id="o-2"}: looking"#]);
}

#[test]
fn reloaded_filter_applies_to_the_next_call() {
    let (sdk, written) = (Sdk::install(), Written::default());
    let (filter, handle) = reload::Layer::new(EnvFilter::new("off"));
    let subscriber = registry()
        .with(filter)
        .with(lines_to!(written))
        .with(otel());
    with_default(subscriber, || {
        for filter in ["off", "debug", "off", "trace"] {
            handle.reload(EnvFilter::new(filter)).expect("a filter");
            assert_eq!(pack(&order("o-1")), filter == "off", "{filter}");
        }
    });
    assert_eq!(written.lines().len(), 2);
    assert_eq!(sdk.spans().len(), 4);
}

/// A layer inside `reload::Layer` cannot be downcast, but OpenTelemetry's span extensions need the downcast.
#[test]
fn reloadable_layer_starts_the_span_with_its_links() {
    let sdk = Sdk::install();
    let (layer, _handle) = reload::Layer::new(otel());
    with_default(registry().with(layer), || assert!(!pack(&order("o-1"))));
    assert_eq!(sdk.span().links.links[0].span_context, producer(1));
}

/// `enabled!` asks filters without starting a span. The answer stays in a thread-local, where the next span would find
/// it (tracing#2519, tracing#3572).
#[test]
fn question_without_a_span_does_not_hide_the_next_handler() {
    let (sdk, written) = (Sdk::install(), Written::default());
    let none = filter_fn(|metadata| metadata.target() != "asked");
    let subscriber = registry()
        .with(lines_to!(written).with_filter(none))
        .with(otel().with_filter(LevelFilter::TRACE));
    with_default(subscriber, || {
        for _ in 0..2 {
            let _ = tracing::enabled!(target: "asked", tracing::Level::INFO);
            pack(&order("o-1"));
        }
    });
    let lines = written.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert!(line.contains(r#"pack{event.id="o-1"}: packing"#), "{line}");
    }
    assert_eq!(names(&sdk.spans()), ["pack", "pack"]);
}

/// Values are formatted before the filters decide, so a `Display` that logs does not change their decision.
#[test]
fn value_that_logs_does_not_change_the_filters_answers() {
    struct Logs;
    impl std::fmt::Display for Logs {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            info!(target: "asked", "formatting");
            formatter.write_str("shelf")
        }
    }

    #[linked_span(order, attributes(order.place = %Logs))]
    fn place(order: &Order) {
        info!("placing");
    }

    let (sdk, written) = (Sdk::install(), Written::default());
    let none = filter_fn(|metadata| metadata.target() != "asked");
    let subscriber = registry()
        .with(lines_to!(written).with_filter(none))
        .with(otel());
    with_default(subscriber, || place(&order("o-1")));
    assert_eq!(
        written.lines(),
        [r#" INFO place{event.id="o-1" order.place="shelf"}: placing"#]
    );
    assert_eq!(names(&sdk.spans()), ["place"]);
}
