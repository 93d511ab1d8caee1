//! The W3C's `tracestate`, read strictly: <https://w3c.github.io/trace-context/#tracestate-header>.

use opentelemetry::trace::{SpanContext, TraceState};

use super::one_or_many::Several;
use super::trim::trim;

pub(in crate::propagation) const TRACESTATE: &str = "tracestate";

/// Members of the list, and bytes of a key or a value.
const MAX_MEMBERS: usize = 32;
const MAX_LENGTH: usize = 256;

/// What all values list, in their order; nothing where that is broken.
// Apart from its caller, as is `read_list` from it: what is not needed takes no registers then.
#[inline(never)]
pub(in crate::propagation) fn read(values: &Several) -> TraceState {
    // Nearly all are one member.
    if let Several::One(value) = values {
        if let Some((key, value)) = one_member(trim(value)) {
            if let Ok(state) = TraceState::NONE.insert(key, value) {
                return state;
            }
        }
    }
    read_list(values)
}

/// The key and the value of a list with one member.
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
fn read_list(values: &Several) -> TraceState {
    if values.too_many() {
        return TraceState::NONE;
    }
    // Nothing is allocated for a state before all of it is known to be allowed.
    let mut pairs = [("", ""); MAX_MEMBERS];
    let Some(count) = read_pairs(values.iter().copied(), &mut pairs) else {
        return TraceState::NONE;
    };
    let pairs = pairs[..count].iter().copied();
    TraceState::from_key_value(pairs.clone()).unwrap_or_else(|_| representable(pairs))
}

/// Leaves out each member that OpenTelemetry's `TraceState` refuses, such as `a@b@c=1`, and keeps the others.
fn representable<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> TraceState {
    let takes = |pair: &(&str, &str)| TraceState::from_key_value([*pair]).is_ok();
    TraceState::from_key_value(pairs.filter(takes)).unwrap_or_default()
}

/// Returns the number of pairs; `None` if the list is too long, or one member is not allowed.
///
/// The first member of a key is kept: each hop writes its member in front, so that the first is the newest. A repeated
/// member counts towards the limit, which bounds the search for it.
fn read_pairs<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    pairs: &mut [(&'a str, &'a str); MAX_MEMBERS],
) -> Option<usize> {
    let (mut members, mut count) = (0, 0);
    for value in values {
        for member in value.split(|byte| *byte == b',').map(trim) {
            // Lists that were joined may have empty members.
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
    // What is allowed is ASCII.
    let text = std::str::from_utf8(member).ok()?;
    Some((text.get(..equals)?, text.get(equals + 1..)?))
}

/// The length of the key, which ends at the equals sign.
fn length_of_key(member: &[u8]) -> Option<usize> {
    let class = |byte: &u8| CLASSES[usize::from(*byte)];
    let length = member.iter().position(|byte| class(byte) & IN_A_KEY == 0)?;
    let is_key = length <= MAX_LENGTH && class(member.first()?) & BEGINS_A_KEY != 0;
    (is_key && member[length] == b'=').then_some(length)
}

/// A member was trimmed: its value cannot end with a space, which would be against the rules.
fn is_value(value: &[u8]) -> bool {
    let all = |all, byte: &u8| all & CLASSES[usize::from(*byte)];
    (1..=MAX_LENGTH).contains(&value.len()) && value.iter().fold(IN_A_VALUE, all) != 0
}

const BEGINS_A_KEY: u8 = 0b001;
const IN_A_KEY: u8 = 0b010;
const IN_A_VALUE: u8 = 0b100;

/// Where in a `tracestate` each byte may stand.
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

/// The state, unless it is empty, or the specification forbids to send it.
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
    // Another reader may have kept a repeated key. A value that ends with a space would lose it on the way.
    let is_first = |at: usize, key: &str| state.into_iter().take(at).all(|(known, _)| known != key);
    let firsts = state.into_iter().enumerate();
    let firsts = firsts.filter(|(at, (key, _))| is_first(*at, key));
    if !pairs.clone().eq(firsts.map(|(_, pair)| pair)) {
        return None;
    }
    let members: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    Some(members.join(","))
}
