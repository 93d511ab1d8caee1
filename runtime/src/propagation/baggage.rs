//! The W3C's baggage: <https://www.w3.org/TR/baggage/>.

use opentelemetry::baggage::Baggage;
use percent_encoding::percent_decode_str;

pub(super) const BAGGAGE: &str = "baggage";

/// Adds what a `baggage` value lists; what cannot be read, or exceeds a `Baggage`'s limits, is left out.
pub(super) fn read(value: &[u8], baggage: &mut Baggage) {
    let Ok(value) = std::str::from_utf8(value) else {
        return;
    };
    for member in value.split(',') {
        let (entry, metadata) = member.split_once(';').unwrap_or((member, ""));
        let Some((key, value)) = entry.split_once('=') else {
            continue;
        };
        if let Ok(value) = percent_decode_str(value.trim()).decode_utf8() {
            baggage.insert_with_metadata(
                key.trim().to_owned(),
                value.into_owned(),
                metadata.trim(),
            );
        }
    }
}
