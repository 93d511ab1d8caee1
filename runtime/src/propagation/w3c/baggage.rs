//! The W3C's baggage: <https://www.w3.org/TR/baggage/>.

use opentelemetry::baggage::Baggage;
use percent_encoding::{PercentDecode, percent_decode_str};

pub(in crate::propagation) const BAGGAGE: &str = "baggage";

/// The limits of OpenTelemetry's `Baggage`: entries, and bytes of all keys, values and metadata.
const MAX_MEMBERS: usize = 64;
const MAX_LENGTH: usize = 8192;

/// Reads baggage from the values of its field. Skips malformed members and members beyond the limits.
pub(in crate::propagation) fn read<'a>(values: impl Iterator<Item = &'a [u8]>) -> Baggage {
    let mut baggage = Baggage::new();
    let mut room = MAX_LENGTH;
    let members = values
        .filter_map(|value| std::str::from_utf8(value).ok())
        .flat_map(|value| value.split(','))
        .filter_map(member);
    for (key, value, metadata) in members.take(MAX_MEMBERS) {
        // Check the length before decoding, so that a hostile member allocates nothing.
        if let Some(rest) = room.checked_sub(key.len() + value.clone().count() + metadata.len()) {
            room = rest;
            let value = value.decode_utf8_lossy().into_owned();
            baggage.insert_with_metadata(key.to_owned(), value, metadata);
        }
    }
    baggage
}

/// Returns a member's key, value and properties. The properties are not decoded.
fn member(member: &str) -> Option<(&str, PercentDecode<'_>, &str)> {
    let (entry, metadata) = member.split_once(';').unwrap_or((member, ""));
    let (key, value) = entry.split_once('=')?;
    let key = key.trim();
    is_key(key).then(|| (key, percent_decode_str(value.trim()), metadata.trim()))
}

/// Returns `true` for an HTTP `token`.
fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
