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
    let (fields, rest) = trim(value).split_first_chunk::<TRACEPARENT_LENGTH>()?;
    let values = hex(fields)?;
    let (version, flags) = (byte(&values[..2]), byte(&values[53..]));
    let flags = match (version, rest.first()) {
        (0xff, _) => return None,
        (0x00, None) => flags & KNOWN_FLAGS,
        // Of a version that we do not know, the specification lets only the sampled bit be read.
        (0x01.., None | Some(b'-')) => flags & TraceFlags::SAMPLED.to_u8(),
        _ => return None,
    };
    let trace_id = TraceId::from_bytes(bytes(&values[3..35]));
    let span_id = SpanId::from_bytes(bytes(&values[36..52]));
    (trace_id != TraceId::INVALID && span_id != SpanId::INVALID).then_some((
        trace_id,
        span_id,
        TraceFlags::new(flags),
    ))
}

/// What each lowercase digit is worth, between the dashes. Without a branch, and of a length that is a multiple of what
/// registers hold, so that the compiler reads many at once.
fn hex(fields: &[u8; TRACEPARENT_LENGTH]) -> Option<[u8; 64]> {
    let mut digits = [b'0'; 64];
    digits[..TRACEPARENT_LENGTH].copy_from_slice(fields);
    for dash in [2, 35, 52] {
        if std::mem::replace(&mut digits[dash], b'0') != b'-' {
            return None;
        }
    }
    let values = digits.map(value_of_digit);
    let wrong = values.iter().fold(0, |wrong, value| wrong | value) & NOT_HEX;
    (wrong == 0).then_some(values)
}

fn bytes<const BYTES: usize>(values: &[u8]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (read, pair) in bytes.iter_mut().zip(values.chunks_exact(2)) {
        *read = byte(pair);
    }
    bytes
}

fn byte(pair: &[u8]) -> u8 {
    pair[0] << 4 | pair[1]
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

fn read_tracestate<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> TraceState {
    let Some(first) = values.next() else {
        return TraceState::NONE;
    };
    let second = values.next();
    // Nearly all are one member, and no part of a member has a comma.
    if let (Some((key, value)), None) = (key_and_value(trim(first)), second) {
        return TraceState::NONE.insert(key, value).unwrap_or_default();
    }
    read_list([first].into_iter().chain(second).chain(values))
}

fn read_list<'a>(values: impl Iterator<Item = &'a [u8]>) -> TraceState {
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
    let equals = member.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (&member[..equals], &member[equals + 1..]);
    if !is_key(key) || !is_value(value) {
        return None;
    }
    // What is allowed is ASCII.
    let text = std::str::from_utf8(member).ok()?;
    Some((text.get(..equals)?, text.get(equals + 1..)?))
}

/// `vendor`, or `tenant@vendor`.
fn is_key(key: &[u8]) -> bool {
    let is_part = |part: &[u8], longest: usize, first: u8| {
        part.len() <= longest
            && part
                .first()
                .is_some_and(|byte| CLASSES[usize::from(*byte)] & first != 0)
            && are(part, IN_A_KEY)
    };
    match key.iter().position(|byte| *byte == b'@') {
        None => is_part(key, MAX_LENGTH, LETTER),
        Some(at) => is_part(&key[..at], 241, LETTER | DIGIT) && is_part(&key[at + 1..], 14, LETTER),
    }
}

/// A member was trimmed: its value cannot end with a space, which would be against the rules.
fn is_value(value: &[u8]) -> bool {
    (1..=MAX_LENGTH).contains(&value.len()) && are(value, IN_A_VALUE)
}

fn are(bytes: &[u8], class: u8) -> bool {
    let all = |all, byte: &u8| all & CLASSES[usize::from(*byte)];
    bytes.iter().fold(class, all) != 0
}

const LETTER: u8 = 0b0001;
const DIGIT: u8 = 0b0010;
const IN_A_KEY: u8 = 0b0100;
const IN_A_VALUE: u8 = 0b1000;

/// Where in a `tracestate` each byte may stand.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        #[expect(clippy::cast_possible_truncation, reason = "below 128")]
        let class = match byte as u8 {
            b'a'..=b'z' => LETTER | IN_A_KEY | IN_A_VALUE,
            b'0'..=b'9' => DIGIT | IN_A_KEY | IN_A_VALUE,
            b'_' | b'-' | b'*' | b'/' => IN_A_KEY | IN_A_VALUE,
            b'=' | b',' => 0,
            b' '..=b'~' => IN_A_VALUE,
            _ => 0,
        };
        classes[byte] = class;
        byte += 1;
    }
    classes
};

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
