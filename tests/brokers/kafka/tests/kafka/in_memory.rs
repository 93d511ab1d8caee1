// Records without a broker.

use std::collections::BTreeMap as Fields;

use linked_span_tests_brokers_common::linked;

/// Returns a record with this topic, offset and headers.
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

fn attribute(span: &opentelemetry_sdk::trace::SpanData, key: &str) -> Option<String> {
    let attributes: Fields<_, _> = linked_span_tests_brokers_common::attributes(&span.attributes);
    attributes.get(key).cloned()
}

/// Adds a header whose name is not UTF-8. Producers in other languages can write such a name; this client only accepts
/// text.
fn with_a_broken_name(headers: OwnedHeaders) -> OwnedHeaders {
    let name = vec![0xff, 0xfe];
    // SAFETY: C code only reads the name as bytes.
    #[allow(unsafe_code, reason = "no safe function of the client writes such a name")]
    let key = unsafe { std::str::from_utf8_unchecked(&name) };
    headers.insert(Header {
        key,
        value: Some("x"),
    })
}
