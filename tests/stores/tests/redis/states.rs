//! The state machine in Lua, held beside the one in Rust: each step from each state, at each side of each moment.

use linked_span::fan_in::state::{Reply, State, Step, Visitor, due, transition};
use linked_span::fan_in::{Inputs, Moment, ParkReason, Rules, Settlement, Token};
use linked_span_tests::joins::SETTLEMENTS;

use crate::server::{Database, ask};

const SCRIPT: &str = concat!(
    include_str!("../../../../runtime/src/fan_in/redis/lua/call.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/state.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/arriving.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/telling.lua"),
    include_str!("states.lua"),
);

/// Later than any clock that a test will see.
const NOW: Moment = 9_000_000_000_000;
const NEAR: [Moment; 3] = [NOW - 1, NOW, NOW + 1];

const RULES: Rules = Rules {
    inputs: 3,
    timeout: 10_000,
    lease: 5_000,
    backoff: 3_000,
    dedup_window: 20_000,
    max_attempts: 2,
};

/// As long as the scripts are given, and no time at all.
const SPANS: [Moment; 2] = [1 << 51, 0];

const MINE: Token = Token(u128::MAX);
const OTHERS: Token = Token(1);

/// The columns of a row: stage, inputs, holder, until, deadline, attempts.
type Columns = (String, u16, String, Moment, Moment, u32);

/// What comes after, the reply and its number, and when a sweep and whoever comes by have something to do.
type Outcome = (Option<Columns>, String, u64, Option<Moment>, Option<Moment>);

#[tokio::test]
async fn each_step_in_lua_is_the_one_in_rust() {
    let mut manager = Database::begin().await.connect().await;
    let script: String = ask(&mut manager, &["SCRIPT", "LOAD", SCRIPT]).await;
    let (states, steps) = (states(), steps());
    for rules in rules() {
        for state in &states {
            let mut calls = redis::pipe();
            for step in &steps {
                let (word, how) = words(*step);
                let (stage, came, holder, until, deadline, attempts) =
                    state.as_ref().map(columns).unwrap_or_default();
                calls.cmd("EVALSHA").arg(&script).arg(1).arg("function");
                calls
                    .arg(rules.inputs)
                    .arg(rules.timeout)
                    .arg(rules.lease)
                    .arg(rules.backoff);
                calls
                    .arg(rules.dedup_window)
                    .arg(rules.max_attempts)
                    .arg(text(MINE))
                    .arg(NOW);
                calls
                    .arg(stage)
                    .arg(came)
                    .arg(holder)
                    .arg(until)
                    .arg(deadline)
                    .arg(attempts);
                calls.arg(word).arg(how);
            }
            let outcomes: Vec<Outcome> = calls.query_async(&mut manager).await.unwrap();
            assert_eq!(outcomes.len(), steps.len());
            for (step, outcome) in steps.iter().zip(outcomes) {
                let right = outcome_of(state.as_ref(), *step, &rules);
                assert_eq!(outcome, right, "{step:?} of {state:?} with {rules:?}");
            }
        }
    }
}

fn rules() -> Vec<Rules> {
    let spans = |span, max_attempts| Rules {
        inputs: 3,
        timeout: span,
        lease: span,
        backoff: span,
        dedup_window: span,
        max_attempts,
    };
    let mut rules = vec![
        RULES,
        Rules {
            max_attempts: u32::MAX,
            ..RULES
        },
    ];
    rules.extend(SPANS.map(|span| spans(span, 1)));
    rules.extend(SPANS.map(|span| spans(span, 0)));
    rules
}

fn states() -> Vec<Option<State>> {
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
        states.extend((1..7).map(|came| {
            Some(State::Open {
                came: inputs(came),
                deadline: first,
            })
        }));
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
                    retry_at: first,
                    deadline,
                    attempts,
                }));
                for holder in [MINE, OTHERS] {
                    states.push(Some(State::Running {
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

fn steps() -> Vec<Step> {
    let token = MINE;
    let mut steps = vec![Step::Renew { token }, Step::Retry, Step::Forget];
    steps.extend((0..3).map(|input| Step::Arrive { input, token }));
    steps.extend([Visitor::Sweep, Visitor::Passing].map(|visitor| Step::Visit { token, visitor }));
    steps.extend(SETTLEMENTS.map(|settlement| Step::Settle { token, settlement }));
    steps
}

/// As the scripts are told it.
fn words(step: Step) -> (&'static str, String) {
    match step {
        Step::Arrive { input, .. } => ("arrive", input.to_string()),
        Step::Settle { settlement, .. } => {
            let how = match settlement {
                Settlement::Completed => "completed",
                Settlement::Failed => "failed",
                Settlement::HandedOver => "handed_over",
                Settlement::NotHandedOver => "not_handed_over",
                Settlement::Undecodable => "undecodable",
                Settlement::NotBegun => "not_begun",
            };
            ("settle", how.to_owned())
        }
        Step::Renew { .. } => ("renew", String::new()),
        Step::Visit {
            visitor: Visitor::Sweep,
            ..
        } => ("visit", "sweep".to_owned()),
        Step::Visit {
            visitor: Visitor::Passing,
            ..
        } => ("visit", "passing".to_owned()),
        Step::Retry => ("retry", String::new()),
        Step::Forget => ("forget", String::new()),
    }
}

fn outcome_of(state: Option<&State>, step: Step, rules: &Rules) -> Outcome {
    let (after, reply) = transition(state.copied(), step, NOW, rules);
    let (reply, number) = match reply {
        Reply::Waiting(came) => ("waiting", bits(came).into()),
        Reply::Duplicate(came) => ("duplicate", bits(came).into()),
        Reply::Run { attempts } => ("run", attempts.into()),
        Reply::HandOver { came, .. } => ("hand_over", bits(came).into()),
        Reply::Busy(until) => ("busy", until),
        Reply::NotDue(due) => ("not_due", due),
        Reply::Completed => ("completed", 0),
        Reply::Expired => ("expired", 0),
        Reply::Parked => ("parked", 0),
        Reply::Recorded => ("recorded", 0),
        Reply::Refused => ("refused", 0),
        Reply::Absent => ("absent", 0),
    };
    let due = |visitor| state.and_then(|state| due(state, visitor));
    let after = after.as_ref().map(columns);
    (
        after,
        reply.to_owned(),
        number,
        due(Visitor::Sweep),
        due(Visitor::Passing),
    )
}

fn columns(kept: &State) -> Columns {
    let all = bits(Inputs::all(RULES.inputs));
    let (stage, came, holder, until, deadline, attempts) = match *kept {
        State::Open { came, deadline } => ("open", bits(came), None, 0, deadline, 0),
        State::Running {
            holder,
            lease,
            deadline,
            attempts,
        } => ("running", all, Some(holder), lease, deadline, attempts),
        State::Ready {
            retry_at,
            deadline,
            attempts,
        } => ("ready", all, None, retry_at, deadline, attempts),
        State::Expiring {
            came,
            holder,
            lease,
            attempts,
        } => ("expiring", bits(came), holder, lease, 0, attempts),
        State::Parked {
            came,
            attempts,
            reason: ParkReason::Attempts,
        } => ("exhausted", bits(came), None, 0, 0, attempts),
        State::Parked {
            came,
            attempts,
            reason: ParkReason::Undecodable,
        } => ("undecodable", bits(came), None, 0, 0, attempts),
        State::Completed { holder, forget_at } => ("completed", 0, Some(holder), forget_at, 0, 0),
        State::Expired { holder, forget_at } => ("expired", 0, Some(holder), forget_at, 0, 0),
    };
    (
        stage.to_owned(),
        came,
        holder.map(text).unwrap_or_default(),
        until,
        deadline,
        attempts,
    )
}

fn text(Token(token): Token) -> String {
    format!("{token:032x}")
}

fn inputs(bits: u16) -> Inputs {
    (0..3)
        .filter(|input| bits & 1 << input != 0)
        .fold(Inputs::default(), Inputs::with)
}

fn bits(inputs: Inputs) -> u16 {
    inputs.iter().fold(0, |bits, input| bits | 1 << input)
}
