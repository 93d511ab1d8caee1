//! Reads and writes the W3C's `traceparent` strictly: <https://www.w3.org/TR/trace-context-1/>, and level 2's random flag.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

use super::hex;
use super::trim::trim;

pub(in crate::propagation) const TRACEPARENT: &str = "traceparent";

/// Level 2's flag for a random trace id.
const RANDOM: u8 = 0b10;
const KNOWN_FLAGS: u8 = 0b1 | RANDOM;

/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`
const LENGTH: usize = 55;

/// Returns the ids and the known flags; `None` if the value is malformed or an id is zero.
#[inline]
pub(in crate::propagation) fn read(value: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    // A value of exactly this length has no surrounding whitespace, unless it is malformed.
    let value = if value.len() == LENGTH {
        value
    } else {
        trim(value)
    };
    let (fields, rest) = value.split_first_chunk()?;
    let fields = TraceparentFields::read(fields)?;
    let flags = match (fields.version, rest.first()) {
        (0xff, _) => return None,
        (0x00, None) => fields.flags & KNOWN_FLAGS,
        // For an unknown version, the specification defines only the sampled flag.
        (0x01.., None | Some(b'-')) => fields.flags & TraceFlags::SAMPLED.to_u8(),
        _ => return None,
    };
    if fields.trace_id == 0 || fields.span_id == 0 {
        return None;
    }
    Some((
        fields.trace_id.into(),
        fields.span_id.into(),
        TraceFlags::new(flags),
    ))
}

struct TraceparentFields {
    version: u8,
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

impl TraceparentFields {
    #[inline]
    fn read(fields: &[u8; LENGTH]) -> Option<Self> {
        let [_, _, b'-', ids @ .., b'-', _, _] = fields else {
            return None;
        };
        let (trace_id, rest) = ids.split_first_chunk::<32>()?;
        let (b"-", span_id) = rest.split_first_chunk()? else {
            return None;
        };
        let mut digits = [0; 48];
        digits[..32].copy_from_slice(trace_id);
        digits[32..].copy_from_slice(span_id);
        if !hex::read(&mut digits) {
            return None;
        }
        Some(Self {
            version: hex::byte([fields[0], fields[1]])?,
            trace_id: u128::from(hex::sixteen(&digits, 0)) << 64
                | u128::from(hex::sixteen(&digits, 16)),
            span_id: hex::sixteen(&digits, 32),
            flags: hex::byte([fields[53], fields[54]])?,
        })
    }
}

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Writes the context's ids and flags, as [`read`] reads them.
pub(in crate::propagation) fn write(context: &SpanContext) -> String {
    let mut value = String::with_capacity(LENGTH);
    let mut field = |separator: &str, bytes: &[u8]| {
        value.push_str(separator);
        for byte in bytes {
            value.push(char::from(HEX_DIGITS[usize::from(byte >> 4)]));
            value.push(char::from(HEX_DIGITS[usize::from(byte & 0xf)]));
        }
    };
    field("", &[0]);
    field("-", &context.trace_id().to_bytes());
    field("-", &context.span_id().to_bytes());
    field("-", &[context.trace_flags().to_u8() & KNOWN_FLAGS]);
    value
}
