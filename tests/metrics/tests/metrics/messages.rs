//! `messaging.process.duration`, for a handler whose attribute has constant properties of its messages.

use linked_span::__private::{
    Callsite, MessagingLabels, handle, open_event, outcome, record_nothing,
};
use linked_span::{Origin, metrics};
use linked_span_tests_metrics::Meters;

const PROCESS: &str = "messaging.process.duration";
const HANDLER: &str = "linked_span.handler.duration";

const ORDERS: MessagingLabels = MessagingLabels {
    system: "kafka",
    destination: Some("orders"),
    template: None,
    group: Some("billing"),
};

static ON_ORDER: Callsite = Callsite {
    name: "on_order",
    messaging: Some(ORDERS),
    ..Callsite::CONSUMER
};

static ON_TEMPLATE: Callsite = Callsite {
    messaging: Some(MessagingLabels {
        template: Some("orders.{region}"),
        group: None,
        ..ORDERS
    }),
    ..Callsite::CONSUMER
};

static ON_ANY: Callsite = Callsite {
    messaging: Some(MessagingLabels {
        destination: None,
        group: None,
        ..ORDERS
    }),
    ..Callsite::CONSUMER
};

fn call(callsite: &'static Callsite) {
    let open = open_event(callsite, &Origin::default());
    handle(open, || (), record_nothing);
}

#[test]
fn handler_of_messages_has_the_attributes_of_the_conventions() {
    let meters = Meters::install();
    call(&ON_ORDER);
    let (unit, series) = meters.collect().remove(PROCESS).expect("the metric");
    let [series] = &series[..] else {
        panic!("{series:?}")
    };
    assert_eq!(unit, "s");
    let attributes: Vec<(&str, &str)> = series
        .keys
        .iter()
        .map(|key| (key.as_str(), series.get(key)))
        .collect();
    let expected = [
        ("messaging.consumer.group.name", "billing"),
        ("messaging.destination.name", "orders"),
        ("messaging.operation.name", "process"),
        ("messaging.system", "kafka"),
    ];
    assert_eq!(attributes, expected);
    assert_eq!((series.boundaries.len(), series.boundaries[0]), (14, 0.005));
    assert!(meters.series(HANDLER).is_empty(), "it is measured once");
}

#[test]
fn error_of_a_handler_of_messages_comes_first() {
    let meters = Meters::install();
    let open = open_event(&ON_ORDER, &Origin::default());
    let outcome = outcome::<Result<(), String>>();
    let _ = handle(
        open,
        || Err("out of stock".to_owned()),
        outcome.linked_span_recorder(),
    );
    let series = meters.one(PROCESS);
    assert_eq!(series.get("error.type"), "alloc::string::String");
    assert_eq!(series.keys.len(), 5);
    assert!(series.keys.is_sorted(), "{:?}", series.keys);
}

#[test]
fn template_wins_over_the_destination() {
    let meters = Meters::install();
    call(&ON_TEMPLATE);
    let series = meters.one(PROCESS);
    assert_eq!(
        series.get("messaging.destination.template"),
        "orders.{region}"
    );
    assert_eq!(series.get("messaging.destination.name"), "");
}

/// A batch may have messages from several topics, and a topic may only be known at run time.
#[test]
fn destination_that_is_not_constant_is_no_attribute() {
    let meters = Meters::install();
    call(&ON_ANY);
    let keys = ["messaging.operation.name", "messaging.system"];
    assert_eq!(meters.one(PROCESS).keys, keys);
}

#[test]
fn switch_moves_handlers_of_messages_to_the_metric_of_all_others() {
    let meters = Meters::install();
    metrics::set_process_duration(false);
    call(&ON_ORDER);
    metrics::set_process_duration(true);
    assert!(meters.series(PROCESS).is_empty());
    assert_eq!(meters.one(HANDLER).get("linked_span.handler"), "on_order");
}
