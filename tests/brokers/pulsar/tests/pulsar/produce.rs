//! Properties that producers write.

use std::collections::HashMap;

use linked_span::Origin;
use linked_span::messaging::pulsar::headers;
use linked_span_tests_brokers_common::produced;

use crate::in_memory::{ONE, TWO, message};

fn map(fields: &[(&str, &str)]) -> HashMap<String, String> {
    let fields = fields.iter();
    fields
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn forwarded_properties_keep_all_but_the_trace_fields() {
    let earlier = [
        ("app", "1"),
        ("Traceparent", ONE),
        ("baggage", "tenant=acme"),
        ("app", "2"),
    ];
    let received = message("forwarded", 1, &earlier);
    let mut forwarded = HashMap::new();
    let producer = produced("forward", |_| {
        forwarded = headers!(replacing received.metadata().properties);
    });
    let (trace, span) = (producer.trace_id(), producer.span_id());
    let context = format!("00-{trace}-{span}-01");
    assert_eq!(forwarded, map(&[("app", "2"), ("traceparent", &context)]));
    assert_eq!(received.metadata().properties.len(), earlier.len());
}

#[test]
fn properties_of_an_origin_are_written_and_none_without_one() {
    assert_eq!(headers!(), map(&[]));
    let origin: Origin = linked_span::extract(&[("traceparent", TWO)]);
    assert_eq!(headers!(of & origin), map(&[("traceparent", TWO)]));
    let received = message("kept", 1, &[("app", "1"), ("traceparent", ONE)]);
    let properties = &received.metadata().properties;
    let forwarded = headers!(client = ::pulsar, replacing properties, of origin);
    assert_eq!(forwarded, map(&[("app", "1"), ("traceparent", TWO)]));
    let kept = headers!(replacing Some(properties));
    assert_eq!(kept, map(&[("app", "1"), ("traceparent", ONE)]));
}
