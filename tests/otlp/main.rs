//! The OTLP data that a collector receives: links, their attributes and their trace state.

mod collector;
mod metrics;

use std::collections::BTreeMap;
use std::time::Duration;

use fake_opentelemetry_collector::ExportedSpan;
use linked_span::{LinkedEvent, fan_in, linked_span};

use self::collector::{Link, links_of, received};

/// OpenTelemetry's default limit.
const LINKS_OF_A_SPAN: usize = 128;

/// A broker's message with its producer's context in its headers.
#[derive(LinkedEvent)]
#[event(type = "order.event")]
struct Message {
    #[event(key)]
    order: &'static str,
    id: String,
    #[event(metadata)]
    headers: [(&'static str, String); 2],
}

impl Message {
    fn from_producer(number: usize) -> Self {
        let (trace_id, span_id) = ids(number);
        Self {
            order: "o-1",
            id: format!("e-{number}"),
            headers: [
                ("traceparent", format!("00-{trace_id}-{span_id}-01")),
                ("tracestate", trace_state(number)),
            ],
        }
    }
}

fn ids(producer: usize) -> (String, String) {
    (format!("{producer:032x}"), format!("{producer:016x}"))
}

fn trace_state(producer: usize) -> String {
    format!("vendor=state-{producer},other=o")
}

#[linked_span(message)]
fn send_receipt(message: &Message) {}

#[linked_span(messages, name = "process_event_batch", relationship = "batched")]
fn process_batch(messages: &[Message]) {}

#[fan_in(payment, inventory(relationship = "inventory_reservation"))]
fn fulfill_order(payment: &Message, inventory: &Message) {}

#[test]
fn event_is_received_with_its_link() {
    let spans = received(1, || send_receipt(&Message::from_producer(1)));
    let [span] = &spans[..] else { unreachable!() };
    assert_eq!(span.name, "send_receipt");
    assert_eq!(span.kind, "SPAN_KIND_CONSUMER");
    assert_has(&span.attributes, "event.id", "e-1");
    assert_has(&span.attributes, "event.type", "order.event");
    assert_begins_a_trace(span);
    let links = links_of(span);
    let [link] = &links[..] else {
        panic!("expected one link: {links:?}");
    };
    assert_leads_to(link, 1);
    assert_has(&link.attributes, "link.relationship", "triggered_by");
    assert_has(&link.attributes, "link.event_type", "order.event");
}

#[test]
fn batch_beyond_the_link_limit_is_received_with_all_links() {
    let messages: Vec<_> = (1..=300).map(Message::from_producer).collect();
    let spans = received(3, || process_batch(&messages));
    // The child spans end before the handler does.
    let [second, third, span] = &spans[..] else {
        unreachable!()
    };
    assert_eq!(span.name, "process_event_batch");
    assert_begins_a_trace(span);
    for page in [second, third] {
        assert_eq!(page.name, "process_event_batch links");
        assert_eq!(page.trace_id, span.trace_id);
        assert_eq!(page.parent_span_id, span.span_id);
    }
    let pages = [span, second, third].map(links_of);
    let lengths = [LINKS_OF_A_SPAN, LINKS_OF_A_SPAN, 44];
    assert_eq!(pages.each_ref().map(Vec::len), lengths);
    for (number, link) in (1..).zip(pages.iter().flatten()) {
        assert_leads_to(link, number);
        assert_has(&link.attributes, "link.relationship", "batched");
        assert_has(&link.attributes, "event.id", &format!("e-{number}"));
    }
}

#[test]
fn fan_in_is_received_with_its_links() {
    let spans = received(1, || {
        let fulfill = FulfillOrder::in_memory(Duration::from_secs(60));
        let _waiting = fulfill.inventory(Message::from_producer(2));
        let _ran = fulfill.payment(Message::from_producer(1));
    });
    let [span] = &spans[..] else { unreachable!() };
    assert_eq!(span.name, "fulfill_order");
    assert_eq!(span.kind, "SPAN_KIND_INTERNAL");
    assert_has(&span.attributes, "fan_in.key", "o-1");
    assert_begins_a_trace(span);
    let links = links_of(span);
    let [payment, inventory] = &links[..] else {
        panic!("expected two links: {links:?}");
    };
    for (link, number, relationship) in [
        (payment, 1, "payment"),
        (inventory, 2, "inventory_reservation"),
    ] {
        assert_leads_to(link, number);
        assert_has(&link.attributes, "link.relationship", relationship);
        assert_has(&link.attributes, "event.id", &format!("e-{number}"));
        assert!(link.attributes["fan_in.wait"].contains("DoubleValue"));
    }
}

#[track_caller]
fn assert_leads_to(link: &Link, producer: usize) {
    let (trace_id, span_id) = ids(producer);
    assert_eq!((&link.trace_id, &link.span_id), (&trace_id, &span_id));
    assert_eq!(link.trace_state, trace_state(producer));
}

/// Asserts that the span is in none of its producers' traces.
#[track_caller]
fn assert_begins_a_trace(span: &ExportedSpan) {
    assert_eq!(span.parent_span_id, "");
    assert!(span.links.iter().all(|link| link.trace_id != span.trace_id));
}

/// Asserts an attribute; the collector shows values as their `Debug` text.
#[track_caller]
fn assert_has(attributes: &BTreeMap<String, String>, key: &str, text: &str) {
    let shown = &attributes[key];
    assert!(shown.contains(&format!("StringValue({text:?})")), "{shown}");
}
