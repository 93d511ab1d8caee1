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
    tracestate: &(impl Iterator<Item = &'a [u8]> + Clone),
) -> Option<SpanContext> {
    let (trace_id, span_id, flags) = read_traceparent(traceparent)?;
    let state = read_tracestate(tracestate);
    Some(SpanContext::new(trace_id, span_id, flags, true, state))
}

fn read_traceparent(value: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    // HTTP takes the spaces around a value away, other carriers do not.
    let (known, rest) = trim(value).split_first_chunk::<TRACEPARENT_LENGTH>()?;
    if known[2] != b'-' || known[35] != b'-' || known[52] != b'-' {
        return None;
    }
    let [version] = hex(&known[..2])?;
    let [flags] = hex(&known[53..])?;
    let flags = match (version, rest.first()) {
        (0xff, _) => return None,
        (0x00, None) => flags & KNOWN_FLAGS,
        // Of a version that we do not know, the specification lets only the sampled bit be read.
        (0x01.., None | Some(b'-')) => flags & TraceFlags::SAMPLED.to_u8(),
        _ => return None,
    };
    let trace_id = TraceId::from_bytes(hex(&known[3..35])?);
    let span_id = SpanId::from_bytes(hex(&known[36..52])?);
    (trace_id != TraceId::INVALID && span_id != SpanId::INVALID).then_some((
        trace_id,
        span_id,
        TraceFlags::new(flags),
    ))
}

/// `N` bytes from `2 * N` lowercase digits.
fn hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let mut wrong = digits.len() ^ (2 * N);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (
            HEX_VALUES[usize::from(pair[0])],
            HEX_VALUES[usize::from(pair[1])],
        );
        wrong |= usize::from((high | low) & NOT_HEX);
        *byte = high << 4 | low & 0xf;
    }
    (wrong == 0).then_some(bytes)
}

const NOT_HEX: u8 = 0x80;

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A byte's value as a digit; a table, since a branch a digit costs more than all the rest.
static HEX_VALUES: [u8; 256] = {
    let mut values = [NOT_HEX; 256];
    let mut value = 0;
    while value < 16 {
        values[HEX_DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    values
};

fn read_tracestate<'a>(values: &(impl Iterator<Item = &'a [u8]> + Clone)) -> TraceState {
    let members = || values.clone().flat_map(members).map(key_and_value);
    if !is_valid(members()) {
        return TraceState::NONE;
    }
    let members = members().flatten();
    TraceState::from_key_value(members.clone()).unwrap_or_else(|_| representable(members))
}

/// OpenTelemetry takes a vendor's name of 13 characters at most, the specification 14: that member is left out, and the
/// others are kept.
fn representable<'a>(members: impl Iterator<Item = (&'a str, &'a str)>) -> TraceState {
    let takes = |member: &(&str, &str)| TraceState::from_key_value([*member]).is_ok();
    TraceState::from_key_value(members.filter(takes)).unwrap_or_default()
}

/// The members of one value, without those that are empty, as lists that were joined may have.
fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    value
        .split(|byte| *byte == b',')
        .map(trim)
        .filter(|member| !member.is_empty())
}

fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn is_valid<'a>(members: impl Iterator<Item = Option<(&'a str, &'a str)>>) -> bool {
    let mut keys = [""; MAX_MEMBERS];
    for (count, member) in members.enumerate() {
        match member {
            Some((key, _)) if count < MAX_MEMBERS && !keys[..count].contains(&key) => {
                keys[count] = key;
            }
            _ => return false,
        }
    }
    true
}

fn key_and_value(member: &[u8]) -> Option<(&str, &str)> {
    let equals = member.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (&member[..equals], &member[equals + 1..]);
    if !is_key(key) || !is_value(value) {
        return None;
    }
    Some((
        std::str::from_utf8(key).ok()?,
        std::str::from_utf8(value).ok()?,
    ))
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
    let valid = is_valid(members(header.as_bytes()).map(key_and_value));
    (valid && !header.is_empty()).then_some(header)
}
