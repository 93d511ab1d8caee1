//! Reads and writes the W3C's `tracestate` strictly: <https://w3c.github.io/trace-context/#tracestate-header>.

use opentelemetry::trace::{SpanContext, TraceState};

use super::one_or_many::OneOrMany;
use super::trim::trim;

pub(in crate::propagation) const TRACESTATE: &str = "tracestate";

/// The limits of the list's members, and of the bytes of a key or a value.
const MAX_MEMBERS: usize = 32;
const MAX_LENGTH: usize = 256;

/// Reads the members of all values, in their order; an empty state if one is malformed.
// `inline(never)` here and on `read_list` keeps their registers out of the callers.
#[inline(never)]
pub(in crate::propagation) fn read(values: &OneOrMany) -> TraceState {
    // Fast path: most states have one member, and a member contains no comma.
    if let OneOrMany::One(value) = values {
        if let Some((key, value)) = one_member(trim(value)) {
            if let Ok(state) = TraceState::NONE.insert(key, value) {
                return state;
            }
        }
    }
    read_list(values)
}

/// Splits a list with one member into its key and its value; `None` if they are malformed.
///
/// OpenTelemetry checks the characters of the key once more, but takes an empty key, and copies a long one first. So only
/// the length is checked here, which saves 40 instructions an event.
fn one_member(member: &[u8]) -> Option<(&str, &str)> {
    let equals = member.iter().position(|byte| *byte == b'=')?;
    let is_long = equals > MAX_LENGTH;
    if equals == 0 || is_long || !is_value(&member[equals + 1..]) {
        return None;
    }
    let text = std::str::from_utf8(member).ok()?;
    Some((text.get(..equals)?, text.get(equals + 1..)?))
}

#[inline(never)]
fn read_list(values: &OneOrMany) -> TraceState {
    if values.too_many() {
        return TraceState::NONE;
    }
    // Validate the whole list before the first allocation.
    let mut pairs = [("", ""); MAX_MEMBERS];
    let Some(count) = read_pairs(values.iter().copied(), &mut pairs) else {
        return TraceState::NONE;
    };
    let pairs = pairs[..count].iter().copied();
    TraceState::from_key_value(pairs.clone()).unwrap_or_else(|_| representable(pairs))
}

/// Leaves out each member that OpenTelemetry's `TraceState` rejects, such as `a@b@c=1`.
fn representable<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> TraceState {
    let takes = |pair: &(&str, &str)| TraceState::from_key_value([*pair]).is_ok();
    TraceState::from_key_value(pairs.filter(takes)).unwrap_or_default()
}

/// Returns the number of pairs; `None` if the list is too long or a member is malformed.
///
/// If a key repeats, the first member is kept: each hop prepends its member, so the first is the newest. Repeated members
/// count towards the limit, which bounds the search for them.
fn read_pairs<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    pairs: &mut [(&'a str, &'a str); MAX_MEMBERS],
) -> Option<usize> {
    let (mut members, mut count) = (0, 0);
    for value in values {
        for member in value.split(|byte| *byte == b',').map(trim) {
            // Joined lists may contain empty members.
            if member.is_empty() {
                continue;
            }
            let pair = key_and_value(member)?;
            members += 1;
            if members > MAX_MEMBERS {
                return None;
            }
            if pairs[..count].iter().all(|(known, _)| *known != pair.0) {
                pairs[count] = pair;
                count += 1;
            }
        }
    }
    Some(count)
}

fn key_and_value(member: &[u8]) -> Option<(&str, &str)> {
    let equals = length_of_key(member)?;
    if !is_value(&member[equals + 1..]) {
        return None;
    }
    // Never fails: the allowed bytes are ASCII.
    let text = std::str::from_utf8(member).ok()?;
    Some((text.get(..equals)?, text.get(equals + 1..)?))
}

/// Returns the length of the key, which ends at the equals sign.
fn length_of_key(member: &[u8]) -> Option<usize> {
    let class = |byte: &u8| CLASSES[usize::from(*byte)];
    let length = member.iter().position(|byte| class(byte) & IN_A_KEY == 0)?;
    let is_key = length <= MAX_LENGTH && class(member.first()?) & BEGINS_A_KEY != 0;
    (is_key && member[length] == b'=').then_some(length)
}

/// Returns `true` for a valid value. The caller trimmed the member, so a value cannot end with a space.
fn is_value(value: &[u8]) -> bool {
    let all = |all, byte: &u8| all & CLASSES[usize::from(*byte)];
    (1..=MAX_LENGTH).contains(&value.len()) && value.iter().fold(IN_A_VALUE, all) != 0
}

const BEGINS_A_KEY: u8 = 0b001;
const IN_A_KEY: u8 = 0b010;
const IN_A_VALUE: u8 = 0b100;

/// The places in a `tracestate` where each byte is allowed.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        #[expect(clippy::cast_possible_truncation, reason = "below 128")]
        let class = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => BEGINS_A_KEY | IN_A_KEY | IN_A_VALUE,
            b'_' | b'-' | b'*' | b'/' | b'@' => IN_A_KEY | IN_A_VALUE,
            b'=' | b',' => 0,
            b' '..=b'~' => IN_A_VALUE,
            _ => 0,
        };
        classes[byte] = class;
        byte += 1;
    }
    classes
};

/// Returns the state's header; `None` if the state is empty or invalid.
pub(in crate::propagation) fn write(context: &SpanContext) -> Option<String> {
    let state = context.trace_state();
    let header = state.header();
    let mut pairs = [("", ""); MAX_MEMBERS];
    let count = read_pairs(std::iter::once(header.as_bytes()), &mut pairs)?;
    let pairs = pairs[..count].iter().copied();
    if count == 0 {
        return None;
    }
    if pairs.clone().eq(state) {
        return Some(header);
    }
    // Another reader may have kept a repeated key. A value that ends with a space would lose the space.
    let is_first = |at: usize, key: &str| state.into_iter().take(at).all(|(known, _)| known != key);
    let firsts = state.into_iter().enumerate();
    let firsts = firsts.filter(|(at, (key, _))| is_first(*at, key));
    if !pairs.clone().eq(firsts.map(|(_, pair)| pair)) {
        return None;
    }
    let members: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    Some(members.join(","))
}
