//! The calls of functions with lists or optional inputs, each input of which is a row.

use super::argument::Argument::{self, Bigint, Boolean, Bytes, Integer, Numbers, Text};
use super::call::{Arriving, call, token};
use super::places::Places;
use super::server::Call;
use super::statement::Template;
use crate::fan_in::core::state::{Arrived, Inputs, JoinPolicy, Token};
use crate::fan_in::durable::sql::span;
use crate::fan_in::durable::{JoinScope, bits_of, words};

/// The largest number of inputs that one call reads or removes, so that each call stays short.
pub(super) const PAGE: usize = 500;

/// Returns `true` if the function's inputs are rows.
///
/// The inputs of other functions are columns of the join, which is faster: their first arrival never completes a join.
pub(super) fn are_rows(policy: &JoinPolicy) -> bool {
    !policy.has_only_single_inputs()
}

pub(super) fn arrive(arriving: Arriving<'_>, searches: bool) -> Call<'_> {
    let JoinScope {
        name,
        inputs,
        policy,
    } = arriving.function;
    let place = arriving.input.input;
    let is_list = policy.lists.contains(place);
    // An input that is no list is a list of one, which gives its own count.
    let given = arriving.input.counts;
    let count = |other| match other {
        other if policy.lists.contains(other) => given.get(other),
        other => (other == place).then_some(1),
    };
    let len = |other| u16::from(other == place);
    let Arrived { came, .. } = Arrived::default().after(place, given, policy.lists);
    let (bytes, max_bytes, max_elements) = if is_list {
        let max_bytes = i64::try_from(policy.max_bytes).unwrap_or(i64::MAX);
        (
            words::count(arriving.payload.len()),
            max_bytes,
            policy.max_elements.into(),
        )
    } else {
        (0, i64::MAX, i32::MAX)
    };
    let arrive = call(
        "arrive_rows",
        [
            Text(arriving.lock_timeout),
            Text(name),
            Text(inputs),
            Bytes(arriving.key.as_bytes()),
            Text(arriving.payload),
            token(arriving.token),
            Integer(place.into()),
            Bytes(arriving.input.id.unwrap_or_default().as_bytes()),
            Numbers(Places::new(policy.inputs, |other| Some(len(other)))),
            Numbers(Places::new(policy.inputs, count)),
            bits(came),
            bits(Inputs::all(policy.inputs)),
            bits(policy.lists),
            bits(policy.optional),
            Bigint(span(policy.timeout)),
            Bigint(span(policy.lease)),
            Bigint(policy.max_attempts.into()),
            Integer(max_elements),
            Bigint(bytes),
            Bigint(max_bytes),
            Boolean(searches),
        ],
    );
    arrive.or_plain(Template::ArriveRows { searches })
}

/// Returns the arguments by which a call finds out whether a join is complete.
pub(super) fn completeness(policy: &JoinPolicy) -> [Argument<'static>; 3] {
    [
        bits(Inputs::all(policy.inputs)),
        bits(policy.optional),
        Bigint(span(policy.timeout)),
    ]
}

/// Returns the call that reads the inputs of a claimed join after these places.
pub(super) fn read<'q>(
    name: &'q str,
    key: &'q str,
    holder: Token,
    (input, place): (i32, i32),
) -> Call<'q> {
    call(
        "read_rows",
        [
            Text(name),
            Bytes(key.as_bytes()),
            token(holder),
            Integer(input),
            Integer(place),
            Bigint(words::count(PAGE)),
        ],
    )
}

/// Returns the call that removes inputs that ended joins have left. The name only satisfies the procedure's head.
pub(super) fn remove<'q>(
    JoinScope { name, inputs, .. }: JoinScope<'q>,
    lock_timeout: &'q str,
) -> Call<'q> {
    call(
        "remove_rows",
        [
            Text(lock_timeout),
            Text(name),
            Text(inputs),
            Bigint(words::count(PAGE)),
        ],
    )
}

/// Returns a bit for each input.
fn bits(inputs: Inputs) -> Argument<'static> {
    Integer(bits_of(inputs).into())
}
