// Records without a broker.

use std::collections::BTreeMap as Fields;

/// A record of a topic at an offset, with these headers.
fn record(topic: &str, offset: i64, headers: &[(&str, Option<&str>)]) -> OwnedMessage {
    let headers = headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
        headers.insert(Header { key, value: *value })
    });
    OwnedMessage::new(
        Some(b"body".to_vec()),
        Some(format!("key-{offset}").into_bytes()),
        topic.to_owned(),
        client::Timestamp::NotAvailable,
        3,
        offset,
        Some(headers),
    )
}

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

/// The first digits of the contexts that a span is linked to; `0` of one without a context.
fn linked(span: &opentelemetry_sdk::trace::SpanData) -> Vec<String> {
    let links = span.links.links.iter();
    links.map(|link| link.span_context.span_id().to_string()[..1].to_owned()).collect()
}

fn attribute(span: &opentelemetry_sdk::trace::SpanData, key: &str) -> Option<String> {
    let attributes: Fields<_, _> = linked_span_tests_brokers_common::attributes(&span.attributes);
    attributes.get(key).cloned()
}

/// Producers in other languages can write a name that is not UTF-8. This client takes names as text alone.
fn with_a_broken_name(headers: OwnedHeaders) -> OwnedHeaders {
    let name = vec![0xff, 0xfe];
    // SAFETY: the name is only read as bytes, by C.
    #[allow(unsafe_code, reason = "no safe function of the client writes such a name")]
    let key = unsafe { std::str::from_utf8_unchecked(&name) };
    headers.insert(Header {
        key,
        value: Some("x"),
    })
}
