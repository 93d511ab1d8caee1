//! The W3C's trace context, read strictly: <https://www.w3.org/TR/trace-context-1/>, and level 2's random flag.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

pub(super) const TRACEPARENT: &str = "traceparent";
pub(super) const TRACESTATE: &str = "tracestate";

/// Level 2's flag that says the trace id was chosen at random.
const RANDOM: u8 = 0b10;
const KNOWN_FLAGS: u8 = 0b1 | RANDOM;

/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`
const TRACEPARENT_LENGTH: usize = 55;

/// Of a `tracestate`: members of the list, and bytes of a key or a value.
const MAX_MEMBERS: usize = 32;
const MAX_LENGTH: usize = 256;

/// The span context that a `traceparent` and the values of all `tracestate`s, in their order, describe.
///
/// A broken `traceparent` is no context; a broken `tracestate` only costs the state.
pub(super) fn read<'a>(
    traceparent: &[u8],
    tracestate: impl Iterator<Item = &'a [u8]>,
) -> Option<SpanContext> {
    let (trace_id, span_id, flags) = read_traceparent(traceparent)?;
    let state = read_tracestate(tracestate);
    Some(SpanContext::new(trace_id, span_id, flags, true, state))
}

fn read_traceparent(value: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let (version, rest) = read_field(trim(value))?;
    let (trace_id, rest) = read_field(after_dash(rest)?)?;
    let (span_id, rest) = read_field(after_dash(rest)?)?;
    let (flags, rest) = read_field(after_dash(rest)?)?;
    let ([version], [flags]) = (hex::<2, 1>(version)?, hex::<2, 1>(flags)?);
    let flags = match (version, rest.first()) {
        (0xff, _) => return None,
        (0x00, None) => flags & KNOWN_FLAGS,
        // Of a version that we do not know, the specification lets only the sampled bit be read.
        (0x01.., None | Some(b'-')) => flags & TraceFlags::SAMPLED.to_u8(),
        _ => return None,
    };
    let trace_id = TraceId::from_bytes(hex::<32, 16>(trace_id)?);
    let span_id = SpanId::from_bytes(hex::<16, 8>(span_id)?);
    (trace_id != TraceId::INVALID && span_id != SpanId::INVALID).then_some((
        trace_id,
        span_id,
        TraceFlags::new(flags),
    ))
}

fn read_field<const DIGITS: usize>(value: &[u8]) -> Option<(&[u8; DIGITS], &[u8])> {
    value.split_first_chunk()
}

fn after_dash(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"-")
}

/// `BYTES` bytes from twice as many lowercase digits, without a branch, so that the compiler reads many at once.
fn hex<const DIGITS: usize, const BYTES: usize>(digits: &[u8; DIGITS]) -> Option<[u8; BYTES]> {
    const { assert!(DIGITS == 2 * BYTES) };
    let values = digits.map(value_of_digit);
    let wrong = values.iter().fold(0, |wrong, value| wrong | value) & NOT_HEX;
    let mut bytes = [0; BYTES];
    for (byte, pair) in bytes.iter_mut().zip(values.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    (wrong == 0).then_some(bytes)
}

const NOT_HEX: u8 = 0x80;

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

fn value_of_digit(digit: u8) -> u8 {
    let (number, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
    if number < 10 {
        number
    } else if letter < 6 {
        letter + 10
    } else {
        NOT_HEX
    }
}

fn read_tracestate<'a>(values: impl Iterator<Item = &'a [u8]>) -> TraceState {
    // Nothing is allocated for a state before all of it is known to be allowed.
    let mut pairs = [("", ""); MAX_MEMBERS];
    let Some(count) = read_pairs(values, &mut pairs) else {
        return TraceState::NONE;
    };
    let pairs = pairs[..count].iter().copied();
    TraceState::from_key_value(pairs.clone()).unwrap_or_else(|_| representable(pairs))
}

/// OpenTelemetry takes a vendor's name of 13 characters at most, the specification 14: that member is left out, and the
/// others are kept.
fn representable<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> TraceState {
    let takes = |pair: &(&str, &str)| TraceState::from_key_value([*pair]).is_ok();
    TraceState::from_key_value(pairs.filter(takes)).unwrap_or_default()
}

/// Returns how many pairs there are; `None` if they are too many, or one is not allowed.
fn read_pairs<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    pairs: &mut [(&'a str, &'a str); MAX_MEMBERS],
) -> Option<usize> {
    let mut count = 0;
    for value in values {
        for member in value.split(|byte| *byte == b',').map(trim) {
            // Lists that were joined may have empty members.
            if member.is_empty() {
                continue;
            }
            let (key, value) = key_and_value(member)?;
            if pairs[..count].iter().any(|(known, _)| *known == key) {
                return None;
            }
            *pairs.get_mut(count)? = (key, value);
            count += 1;
        }
    }
    Some(count)
}

fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn key_and_value(member: &[u8]) -> Option<(&str, &str)> {
    let (key, value) = std::str::from_utf8(member).ok()?.split_once('=')?;
    (is_key(key.as_bytes()) && is_value(value.as_bytes())).then_some((key, value))
}

/// `vendor`, or `tenant@vendor`.
fn is_key(key: &[u8]) -> bool {
    let part = |part: &[u8], longest: usize, digit_first: bool| {
        part.len() <= longest
            && part.first().is_some_and(|first| {
                first.is_ascii_lowercase() || digit_first && first.is_ascii_digit()
            })
            && part
                .iter()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/'))
    };
    match key.iter().position(|byte| *byte == b'@') {
        None => part(key, MAX_LENGTH, false),
        Some(at) => part(&key[..at], 241, true) && part(&key[at + 1..], 14, false),
    }
}

/// A member was trimmed: its value cannot end with a space, which would be against the rules.
fn is_value(value: &[u8]) -> bool {
    (1..=MAX_LENGTH).contains(&value.len())
        && value
            .iter()
            .all(|byte| matches!(byte, b' '..=b'~') && *byte != b'=')
}

/// What [`read`] reads back as this context's ids and flags.
pub(super) fn traceparent(context: &SpanContext) -> String {
    let mut value = String::with_capacity(TRACEPARENT_LENGTH);
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

/// The state, unless there is none, or one that the specification does not allow to be sent.
pub(super) fn tracestate(context: &SpanContext) -> Option<String> {
    let header = context.trace_state().header();
    let mut pairs = [("", ""); MAX_MEMBERS];
    let count = read_pairs(std::iter::once(header.as_bytes()), &mut pairs)?;
    // A value that ends with a space would lose it on the way.
    let is_kept = pairs[..count].iter().copied().eq(context.trace_state());
    (count > 0 && is_kept).then_some(header)
}
