//! Application properties that producers write.

use azservicebus::ServiceBusMessage;
use linked_span::Origin;
use linked_span::messaging::azservicebus::headers;
use linked_span_tests_brokers_common::produced;

use crate::queue::{ONE, TWO};
use crate::service::properties;

#[test]
fn message_that_is_sent_again_has_the_context_of_this_hop_in_both_spellings() {
    let earlier = properties(&[
        ("Diagnostic-Id", ONE),
        ("app", "1"),
        ("traceparent", ONE),
        ("tracestate", "a=1"),
    ]);
    let mut received = ServiceBusMessage::new("paid");
    *received.application_properties_mut() = Some(earlier.clone());
    let mut forwarded = properties(&[]);
    let producer = produced("forward", |_| {
        forwarded = headers!(replacing received.application_properties());
    });
    let context = format!("00-{}-{}-01", producer.trace_id(), producer.span_id());
    let expected = [
        ("app", "1"),
        ("traceparent", &context),
        ("Diagnostic-Id", &context),
    ];
    assert_eq!(forwarded, properties(&expected));
    assert_eq!(received.application_properties(), Some(&earlier));
}

#[test]
fn properties_of_an_origin_are_written_and_none_without_one() {
    assert_eq!(headers!(), properties(&[]));
    let origin: Origin = linked_span::extract(&[("traceparent", TWO)]);
    let written = properties(&[("traceparent", TWO), ("Diagnostic-Id", TWO)]);
    assert_eq!(headers!(of & origin), written);
    let earlier = properties(&[("traceparent", ONE), ("app", "1")]);
    let kept = headers!(replacing & earlier);
    assert_eq!(kept, earlier);
    let baggage = linked_span::extract(&[("baggage", "tenant=acme")]);
    let forwarded = headers!(replacing &earlier, of baggage);
    let expected = [
        ("traceparent", ONE),
        ("app", "1"),
        ("baggage", "tenant=acme"),
    ];
    assert_eq!(forwarded, properties(&expected));
}
