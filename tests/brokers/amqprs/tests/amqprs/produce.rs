//! Headers that producers write.

use amqprs::channel::ConsumerMessage;
use amqprs::{BasicProperties, FieldTable, FieldValue};
use linked_span::messaging::Injected;
use linked_span::messaging::amqprs::{__headers, headers};
use linked_span::{CarrierMut, Origin, linked_span};
use linked_span_tests_brokers_common::{produced, span};

use crate::server::{channel, consume, declare, next, publish, queue, table, text};

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";

fn value<'t>(headers: &'t FieldTable, name: &str) -> Option<&'t FieldValue> {
    headers.get(&text(name))
}

#[test]
fn headers_of_the_active_span_replace_those_of_an_earlier_hop() {
    let mut earlier = table([("Traceparent", ONE), ("baggage", "tenant=acme")]);
    earlier.insert(text("app"), FieldValue::I(7));
    let properties = BasicProperties::default().with_headers(earlier).finish();
    let mut headers = FieldTable::new();
    let producer = produced("forward", |_| {
        headers = headers!(replacing properties.headers())
    });
    let (trace, span) = (producer.trace_id(), producer.span_id());
    let mut expected = table([("traceparent", format!("00-{trace}-{span}-01").as_str())]);
    expected.insert(text("app"), FieldValue::I(7));
    // The tables are equal only if their lengths on the wire are.
    assert_eq!(headers, expected);
    assert!(value(properties.headers().expect("headers"), "baggage").is_some());
}

#[test]
fn headers_of_an_origin_are_written_and_none_without_one() {
    assert_eq!(headers!(), FieldTable::new());
    let origin: Origin = linked_span::extract(&[("traceparent", ONE)]);
    assert_eq!(headers!(of & origin), table([("traceparent", ONE)]));
    let earlier = table([("app", "1"), ("traceparent", "old")]);
    let forwarded = headers!(client = ::amqprs, replacing &earlier, of origin);
    assert_eq!(forwarded, table([("app", "1"), ("traceparent", ONE)]));
}

#[test]
fn forwarded_context_stays_without_an_active_span() {
    let earlier = table([("app", "1"), ("traceparent", ONE)]);
    assert_eq!(headers!(replacing Some(&earlier)), earlier);
}

#[linked_span(message(amqprs))]
fn on_message(message: &ConsumerMessage) {}

#[tokio::test(flavor = "multi_thread")]
async fn headers_of_the_active_span_arrive_at_the_consumer() {
    let queue = queue("produced");
    let channel = channel().await;
    declare(&channel, &queue, "classic").await;
    let mut properties = BasicProperties::default();
    let earlier = table([("app", "1"), ("traceparent", ONE), ("tracestate", "a=1")]);
    let producer = produced("send produced", |_| {
        properties.with_headers(headers!(replacing earlier));
    });
    publish(&channel, &queue, properties).await;
    on_message(&next(&mut consume(&channel, &queue).await).await);
    let span = span(&format!("process {queue}"));
    assert_eq!(
        span.links.links[0].span_context.span_id(),
        producer.span_id()
    );
}

#[test]
fn field_that_a_propagator_writes_twice_is_written_once() {
    let mut injected = Injected::default();
    injected.set("b3", "0".to_owned());
    injected.set("b3", "1".to_owned());
    let headers = __headers!([::amqprs] injected, None);
    assert_eq!(headers, table([("b3", "1")]));
}
