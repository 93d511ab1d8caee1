//! The table of states and steps by which stores are compared with `state.rs`.
//!
//! [`states`] has every kind of state, on each side of each of its times. [`policies`] has those that make a
//! difference. [`steps`] has each step except arrivals.
//!
//! A store writes a state's [`columns`] into its database, makes a step at [`NOW`], and compares the outcome with
//! `transition`.

use std::time::Duration;

use linked_span::fan_in::state::{ClaimMode, Reply, State, Step, due, transition};
use linked_span::fan_in::{Inputs, JoinPolicy, ParkReason, Settlement, Timestamp, Token};
use linked_span_tests::joins::SETTLEMENTS;
use linked_span_tests::{at, ms};

/// The time of each step in milliseconds, as a database has it; later than any clock that a test reads.
pub const NOW: u64 = 9_000_000_000_000;
const NEAR: [Timestamp; 3] = [at(NOW - 1), at(NOW), at(NOW + 1)];

const POLICY: JoinPolicy = JoinPolicy::new(3)
    .timeout(ms(10_000))
    .lease(ms(5_000))
    .backoff(ms(3_000))
    .dedup_window(ms(20_000))
    .max_attempts(2);

/// The longest duration that a store accepts, and zero.
const SPANS: [Duration; 2] = [ms(1 << 51), Duration::ZERO];

/// The token of the caller who makes the step.
pub const MINE: Token = Token(u128::MAX);
/// The token of another holder.
pub const OTHERS: Token = Token(1);

/// Stage, inputs (a bit each), holder (`-` for none), until, deadline, attempts.
pub type Columns = (String, u16, String, u64, u64, u32);

/// Returns the policies: usual ones, and the longest and the shortest spans with few attempts.
#[must_use]
pub fn policies() -> Vec<JoinPolicy> {
    let spans = |span, max_attempts| {
        JoinPolicy::new(3)
            .timeout(span)
            .lease(span)
            .backoff(span)
            .dedup_window(span)
            .max_attempts(max_attempts)
    };
    let mut policies = vec![POLICY, POLICY.max_attempts(u32::MAX)];
    policies.extend(SPANS.map(|span| spans(span, 1)));
    policies.extend(SPANS.map(|span| spans(span, 0)));
    policies
}

/// Returns every kind of state, on each side of each of its times; `None` is absent.
#[must_use]
pub fn states() -> Vec<Option<State>> {
    let all = || (1..8).map(inputs);
    let mut states = vec![None];
    for attempts in [0, 2] {
        for reason in [ParkReason::Attempts, ParkReason::Undecodable] {
            states.extend(all().map(|came| {
                Some(State::Parked {
                    came,
                    attempts,
                    reason,
                })
            }));
        }
    }
    for first in NEAR {
        // An open join is never complete.
        states.extend((1..7).map(|came| Some(State::open(inputs(came).into(), first))));
        for holder in [MINE, OTHERS] {
            states.push(Some(State::Completed {
                holder,
                forget_at: first,
            }));
            states.push(Some(State::Expired {
                holder,
                forget_at: first,
            }));
        }
        for holder in [None, Some(MINE), Some(OTHERS)] {
            for attempts in [0, 1, 2] {
                states.extend(all().map(|came| {
                    Some(State::Expiring {
                        came,
                        holder,
                        lease: first,
                        attempts,
                    })
                }));
            }
        }
        for deadline in NEAR {
            for attempts in [0, 1, 2, 3, u32::MAX - 1, u32::MAX] {
                states.push(Some(State::Ready {
                    came: Inputs::all(POLICY.inputs),
                    retry_at: first,
                    deadline,
                    attempts,
                }));
                for holder in [MINE, OTHERS] {
                    states.push(Some(State::Running {
                        came: Inputs::all(POLICY.inputs),
                        holder,
                        lease: first,
                        deadline,
                        attempts,
                    }));
                }
            }
        }
    }
    states
}

/// Returns a state as a row of a store.
#[must_use]
pub fn columns(kept: &State) -> Columns {
    let unused = at(0);
    let (stage, came, holder, until, deadline, attempts) = match *kept {
        State::Open { came, deadline, .. } => ("open", bits(came), None, unused, deadline, 0),
        State::Running {
            came,
            holder,
            lease,
            deadline,
            attempts,
        } => (
            "running",
            bits(came),
            Some(holder),
            lease,
            deadline,
            attempts,
        ),
        State::Ready {
            came,
            retry_at,
            deadline,
            attempts,
        } => ("ready", bits(came), None, retry_at, deadline, attempts),
        State::Expiring {
            came,
            holder,
            lease,
            attempts,
        } => ("expiring", bits(came), holder, lease, unused, attempts),
        State::Parked {
            came,
            attempts,
            reason: ParkReason::Attempts,
        } => ("exhausted", bits(came), None, unused, unused, attempts),
        State::Parked {
            came,
            attempts,
            reason: ParkReason::Undecodable,
        } => ("undecodable", bits(came), None, unused, unused, attempts),
        State::Completed { holder, forget_at } => {
            ("completed", 0, Some(holder), forget_at, unused, 0)
        }
        State::Expired { holder, forget_at } => ("expired", 0, Some(holder), forget_at, unused, 0),
        _ => unreachable!("the table does not know it"),
    };
    (
        stage.to_owned(),
        came,
        holder.map_or("-".to_owned(), text),
        until.as_millis(),
        deadline.as_millis(),
        attempts,
    )
}

/// Returns when the join is due, in milliseconds.
#[must_use]
pub fn due_at(state: &State, mode: ClaimMode) -> Option<u64> {
    due(state, mode, &POLICY).map(Timestamp::as_millis)
}

/// Returns a reply as a word, and its number.
#[must_use]
pub fn told(reply: Reply) -> (&'static str, u64) {
    match reply {
        Reply::Waiting(arrived) => ("waiting", bits(arrived.came).into()),
        Reply::Duplicate(arrived) => ("duplicate", bits(arrived.came).into()),
        Reply::Closed => ("closed", 0),
        Reply::Run { attempts, .. } => ("run", attempts.into()),
        Reply::DeliverExpired { came, .. } => ("deliver_expired", bits(came).into()),
        Reply::Busy(until) => ("busy", until.as_millis()),
        Reply::NotDue(due) => ("not_due", due.as_millis()),
        Reply::Completed => ("completed", 0),
        Reply::Expired => ("expired", 0),
        Reply::Parked => ("parked", 0),
        Reply::Recorded => ("recorded", 0),
        Reply::Refused => ("refused", 0),
        Reply::Absent => ("absent", 0),
        _ => unreachable!("the table does not know it"),
    }
}

/// Returns the number of joins that a store parks by a step from this state: one or none.
#[must_use]
pub fn parked_by(step: Step, state: Option<State>, policy: &JoinPolicy) -> usize {
    let (after, reply) = transition(state, step, at(NOW), policy);
    usize::from(reply == Reply::Parked && after != state)
}

/// Returns each step except arrivals, with its name and its argument as words.
#[must_use]
pub fn steps() -> Vec<(Step, &'static str, &'static str)> {
    let token = MINE;
    let claim_if_due = |mode| Step::ClaimDue { token, mode };
    let mut steps = vec![
        (Step::Renew { token }, "renew", ""),
        (Step::Retry, "retry", ""),
        (Step::Forget, "forget", ""),
        (claim_if_due(ClaimMode::Sweep), "claim_if_due", "sweep"),
        (
            claim_if_due(ClaimMode::Opportunistic),
            "claim_if_due",
            "opportunistic",
        ),
    ];
    for settlement in SETTLEMENTS {
        let how = match settlement {
            Settlement::Completed => "completed",
            Settlement::Failed => "failed",
            Settlement::ExpiryDelivered => "expiry_delivered",
            Settlement::ExpiryFailed => "expiry_failed",
            Settlement::Undecodable => "undecodable",
            Settlement::Released => "released",
            _ => unreachable!("the table does not know it"),
        };
        steps.push((Step::Settle { token, settlement }, "settle", how));
    }
    steps
}

/// Returns a token as a store writes it.
#[must_use]
pub fn text(Token(token): Token) -> String {
    format!("{token:032x}")
}

fn inputs(bits: u16) -> Inputs {
    (0..3)
        .filter(|input| bits & 1 << input != 0)
        .fold(Inputs::default(), Inputs::with)
}

/// Returns a bit for each input.
#[must_use]
pub fn bits(inputs: Inputs) -> u16 {
    inputs.iter().fold(0, |bits, input| bits | 1 << input)
}
