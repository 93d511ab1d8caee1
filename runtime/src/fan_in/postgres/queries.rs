//! The procedures' calls with their arguments.

use std::time::Duration;

use super::argument::Argument::{self, Bigint, Boolean, Bytes, Integer, MaybeText, Text};
use super::call::{Arriving, call, token};
use super::rows::{self, are_rows};
use super::server::Call;
use super::statement::Template;
use crate::fan_in::core::listing::JoinQuery;
use crate::fan_in::core::state::{Settlement, Step, Token};
use crate::fan_in::durable::sql::span;
use crate::fan_in::durable::words::count;
use crate::fan_in::durable::{JoinScope, Stage};

/// The largest number of ended joins that a sweep removes, so that other callers do not wait long.
const FORGOTTEN_BY_SWEEP: i64 = 10_000;

/// The largest number of ended joins that an arrival removes, so that the arrival stays short.
const FORGOTTEN_BY_ARRIVAL: i64 = 1_000;

/// The procedures for the inputs, by their places in the declaration.
const ARRIVE: [&str; 12] = [
    "arrive_0",
    "arrive_1",
    "arrive_2",
    "arrive_3",
    "arrive_4",
    "arrive_5",
    "arrive_6",
    "arrive_7",
    "arrive_8",
    "arrive_9",
    "arrive_10",
    "arrive_11",
];

/// Returns the call that stores the inputs of a name, and returns the stored ones.
pub(super) fn declare<'q>(lock_timeout: &'q str, name: &'q str, inputs: &'q str) -> Call<'q> {
    call("declare", [lock_timeout, name, inputs].map(Text))
}

pub(super) fn arrive(arriving: Arriving<'_>, searches: bool) -> Call<'_> {
    if are_rows(arriving.function.policy) {
        return rows::arrive(arriving, searches);
    }
    let JoinScope {
        name,
        inputs,
        policy,
    } = arriving.function;
    let input = arriving.input.input;
    // `min` only satisfies the index check: a function has at most twelve inputs.
    let place = usize::from(input).min(ARRIVE.len() - 1);
    let arrive = call(
        ARRIVE[place],
        [
            Text(arriving.lock_timeout),
            Text(name),
            Text(inputs),
            Bytes(arriving.key.as_bytes()),
            Text(arriving.payload),
            token(arriving.token),
            Integer(policy.inputs.into()),
            Integer(others(policy.inputs, input)),
            Bigint(span(policy.timeout)),
            Bigint(span(policy.lease)),
            Bigint(policy.max_attempts.into()),
            Boolean(searches),
        ],
    );
    let template = Template::Arrive {
        place: input,
        searches,
    };
    arrive.or_plain(template)
}

/// Returns a bit for each input but one. Each operator in the procedure's statement would cost more than an argument.
fn others(inputs: u8, input: u8) -> i32 {
    let bit = |place: u8| 1_i32.checked_shl(place.into()).unwrap_or(0);
    bit(inputs).wrapping_sub(1) & !bit(input)
}

pub(super) fn claim_expired(arriving: Arriving<'_>) -> Call<'_> {
    let JoinScope {
        name,
        inputs,
        policy,
    } = arriving.function;
    call(
        "claim_expired",
        [
            Text(arriving.lock_timeout),
            Text(name),
            Text(inputs),
            Bytes(arriving.key.as_bytes()),
            token(arriving.token),
            Bigint(span(policy.lease)),
            Bigint(policy.max_attempts.into()),
            Bigint(FORGOTTEN_BY_ARRIVAL),
        ],
    )
}

pub(super) fn claim_due<'q>(
    JoinScope {
        name,
        inputs,
        policy,
    }: JoinScope<'q>,
    lock_timeout: &'q str,
    holder: Token,
    most: usize,
) -> Call<'q> {
    let arguments = [
        Text(lock_timeout),
        Text(name),
        Text(inputs),
        token(holder),
        Bigint(span(policy.lease)),
        Bigint(policy.max_attempts.into()),
        Bigint(count(most)),
        Bigint(FORGOTTEN_BY_SWEEP),
    ];
    if are_rows(policy) {
        let arguments = arguments.into_iter().chain(rows::completeness(policy));
        return call("claim_due_rows", arguments);
    }
    call("claim_due", arguments)
}

pub(super) fn release_claims<'q>(
    JoinScope {
        name,
        inputs,
        policy,
    }: JoinScope<'q>,
    lock_timeout: &'q str,
    holder: Token,
    age: Duration,
) -> Call<'q> {
    call(
        "release_claims",
        [
            Text(lock_timeout),
            Text(name),
            Text(inputs),
            token(holder),
            Bigint(span(policy.lease)),
            Bigint(span(age)),
        ],
    )
}

pub(super) fn functions() -> Call<'static> {
    call("functions", [])
}

/// Returns the call of a step; `None` for an arrival and for a claim, which have their own calls.
pub(super) fn apply<'q>(
    function: JoinScope<'q>,
    lock_timeout: &'q str,
    key: &'q str,
    step: Step,
    detail: Option<&'q str>,
) -> Option<Call<'q>> {
    let policy = function.policy;
    let of = |procedure, arguments: &[Argument<'q>]| {
        let key = Bytes(key.as_bytes());
        let first = [
            Text(lock_timeout),
            Text(function.name),
            Text(function.inputs),
            key,
        ];
        call(
            procedure,
            first.into_iter().chain(arguments.iter().copied()),
        )
    };
    let ends = |holder, before: Stage, after: Stage| {
        let stages = [before, after].map(|stage| Text(stage.word()));
        let window = Bigint(span(policy.dedup_window));
        let arguments = [token(holder), stages[0], stages[1], window];
        if are_rows(policy) {
            of("finish_rows", &arguments).or_plain(Template::FinishRows)
        } else {
            of("finish", &arguments).or_plain(Template::Finish)
        }
    };
    let lets_go = |holder, settlement: &'static str| {
        let backoff = Bigint(span(policy.backoff));
        let most = Bigint(policy.max_attempts.into());
        let detail = MaybeText(detail);
        let release = of(
            "release",
            &[token(holder), Text(settlement), backoff, most, detail],
        );
        release.or_plain(Template::Release)
    };
    Some(match step {
        Step::Settle {
            token: holder,
            settlement,
        } => match settlement {
            Settlement::Completed => ends(holder, Stage::Running, Stage::Completed),
            Settlement::ExpiryDelivered => ends(holder, Stage::Expiring, Stage::Expired),
            Settlement::Failed => lets_go(holder, "failed"),
            Settlement::ExpiryFailed => lets_go(holder, "expiry_failed"),
            Settlement::Undecodable => lets_go(holder, "undecodable"),
            Settlement::Released => lets_go(holder, "released"),
        },
        Step::Renew { token: holder } => {
            let renew = of("renew", &[token(holder), Bigint(span(policy.lease))]);
            renew.or_plain(Template::Renew)
        }
        Step::Retry if are_rows(policy) => {
            let retry = of("retry_rows", &rows::completeness(policy));
            retry.or_plain(Template::RetryRows)
        }
        Step::Retry => {
            let inputs = Integer(policy.inputs.into());
            let retry = of("retry", &[inputs, Bigint(span(policy.timeout))]);
            retry.or_plain(Template::Retry)
        }
        Step::Forget if are_rows(policy) => of("forget_rows", &[]),
        Step::Forget => of("forget", &[]).or_plain(Template::Forget),
        Step::Arrive { .. } | Step::ClaimDue { .. } => return None,
    })
}

pub(super) fn count_of(name: &str) -> Call<'_> {
    call("count", [Text(name)])
}

pub(super) fn list<'q>(
    JoinScope {
        name,
        inputs,
        policy,
    }: JoinScope<'q>,
    which: JoinQuery<'q>,
) -> Call<'q> {
    let (question, key, limit) = match which {
        JoinQuery::Key(key) => ("key", key, 1),
        JoinQuery::Unsettled(page) => ("unsettled", page.after.unwrap_or_default(), page.limit),
        JoinQuery::Parked(page) => ("parked", page.after.unwrap_or_default(), page.limit),
    };
    let key = Bytes(key.as_bytes());
    let limit = Bigint(count(limit));
    let list = if are_rows(policy) {
        "list_rows"
    } else {
        "list"
    };
    call(list, [Text(name), Text(inputs), Text(question), key, limit])
}
