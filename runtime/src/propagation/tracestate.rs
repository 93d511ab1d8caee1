//! The W3C's `tracestate`, read strictly: <https://www.w3.org/TR/trace-context-1/>.

use opentelemetry::trace::{SpanContext, TraceState};

use super::several::Several;
use super::trim;

pub(super) const TRACESTATE: &str = "tracestate";

/// Members of the list, and bytes of a key or a value.
const MAX_MEMBERS: usize = 32;
const MAX_LENGTH: usize = 256;

/// What all values list, in their order; nothing where that is broken.
// Apart from its caller, as is `read_list` from it: what is not needed takes no registers then.
#[inline(never)]
pub(super) fn read(values: &Several) -> TraceState {
    // Nearly all are one member, and no part of a member has a comma.
    let member = match values {
        Several::One(value) => key_and_value(trim(value)),
        Several::None | Several::More(_) => None,
    };
    match member {
        Some((key, value)) => TraceState::NONE.insert(key, value).unwrap_or_default(),
        None => read_list(values),
    }
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

fn key_and_value(member: &[u8]) -> Option<(&str, &str)> {
    let equals = length_of_key(member)?;
    if !is_value(&member[equals + 1..]) {
        return None;
    }
    // What is allowed is ASCII.
    let text = std::str::from_utf8(member).ok()?;
    Some((text.get(..equals)?, text.get(equals + 1..)?))
}

/// How long the key is that stands before an equals sign: `vendor`, or `tenant@vendor`.
fn length_of_key(member: &[u8]) -> Option<usize> {
    let part = length_of_part(member)?;
    match member[part] {
        b'=' => (begins_with(LETTER, member) && part <= MAX_LENGTH).then_some(part),
        b'@' => {
            let vendor = length_of_vendor(&member[part + 1..])?;
            (begins_with(LETTER | DIGIT, member) && part <= 241).then_some(part + 1 + vendor)
        }
        _ => None,
    }
}

fn length_of_vendor(rest: &[u8]) -> Option<usize> {
    let part = length_of_part(rest)?;
    (rest[part] == b'=' && begins_with(LETTER, rest) && part <= 14).then_some(part)
}

/// How many bytes stand before the first that no part of a key has.
fn length_of_part(bytes: &[u8]) -> Option<usize> {
    let ends = |byte: &u8| CLASSES[usize::from(*byte)] & IN_A_KEY == 0;
    bytes.iter().position(ends)
}

fn begins_with(class: u8, bytes: &[u8]) -> bool {
    let is = |byte: &u8| CLASSES[usize::from(*byte)] & class != 0;
    bytes.first().is_some_and(is)
}

/// A member was trimmed: its value cannot end with a space, which would be against the rules.
fn is_value(value: &[u8]) -> bool {
    let all = |all, byte: &u8| all & CLASSES[usize::from(*byte)];
    (1..=MAX_LENGTH).contains(&value.len()) && value.iter().fold(IN_A_VALUE, all) != 0
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

/// The state, unless there is none, or one that the specification does not allow to be sent.
pub(super) fn write(context: &SpanContext) -> Option<String> {
    let header = context.trace_state().header();
    let mut pairs = [("", ""); MAX_MEMBERS];
    let count = read_pairs(std::iter::once(header.as_bytes()), &mut pairs)?;
    // A value that ends with a space would lose it on the way.
    let is_kept = pairs[..count].iter().copied().eq(context.trace_state());
    (count > 0 && is_kept).then_some(header)
}
