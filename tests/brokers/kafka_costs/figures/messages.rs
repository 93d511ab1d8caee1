//! The handled messages, which all differ.

use rdkafka::Timestamp;
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};

const MESSAGES: usize = 1_024;

pub(crate) fn messages() -> Vec<OwnedMessage> {
    (1..=MESSAGES).map(message).collect()
}

fn message(number: usize) -> OwnedMessage {
    // Odd factors spread the numbers, and repeat none.
    let (trace_id, span_id) = (
        (number as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
        (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15),
    );
    let traceparent = format!("00-{trace_id:032x}-{span_id:016x}-01");
    let tracestate = format!("vendor=state-{number:04}");
    let headers = [("traceparent", &traceparent), ("tracestate", &tracestate)];
    let headers = headers
        .into_iter()
        .fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header {
                key,
                value: Some(value),
            })
        });
    OwnedMessage::new(
        Some(format!(r#"{{"order":{number:04}}}"#).into_bytes()),
        Some(format!("order-{number:04}").into_bytes()),
        "orders".to_owned(),
        Timestamp::NotAvailable,
        3,
        i64::try_from(number).unwrap_or(i64::MAX),
        Some(headers),
    )
}
