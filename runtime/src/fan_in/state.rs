//! What becomes of a join: one pure function over a state without payloads.
//!
//! A store keeps a join's [`State`] beside its inputs, and does what [`transition`] says in one atomic step. This file
//! knows no clock, no OpenTelemetry and no store, so that it can be explored exhaustively.
//!
//! ```text
//! absent    arrive                                    -> open
//! open      arrive the last input                     -> running
//! open, ready   the deadline is over                  -> expiring
//! running   completed                                 -> completed
//! running   failed                                    -> ready
//! running   the lease is over: arrive, sweep          -> running, by another, even past the deadline
//! running   lease and deadline are over: in passing   -> expiring
//! ready     arrive; sweep, after a backoff            -> running
//! expiring  handed over                               -> expired
//! expiring  not handed over, or the lease is over     -> expiring, by another
//! completed, expired   the dedup window is over       -> absent
//! ```

/// Milliseconds of the store's clock.
pub type Moment = u64;

/// Who holds a join: random, unique for a delivery, and the same over all retries of a store's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u128);

/// A set of a join's inputs, by their place in its declaration; twelve at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Inputs(u16);

impl Inputs {
    /// All of so many.
    #[must_use]
    pub const fn all(count: u8) -> Self {
        Self(Self::only(count).wrapping_sub(1))
    }

    /// These, and one more.
    #[must_use]
    pub const fn with(self, input: u8) -> Self {
        Self(self.0 | Self::only(input))
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn contains(self, input: u8) -> bool {
        self.0 & Self::only(input) != 0
    }

    /// Which of so many are not among them.
    #[must_use]
    pub const fn missing(self, all: u8) -> Self {
        Self(Self::all(all).0 & !self.0)
    }

    /// Each of them, in the order of the declaration.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..16).filter(move |input| self.contains(*input))
    }

    /// One alone; none, if there can be no such input.
    const fn only(input: u8) -> u16 {
        match 1_u16.checked_shl(input as u32) {
            Some(bit) => bit,
            None => 0,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What the joins of one function have in common; all spans are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many inputs there are, from two to twelve.
    pub inputs: u8,
    /// How long an incomplete join waits, and how long a complete one may take.
    pub timeout: Moment,
    /// How long a body may run, or an expired join be handed over, until another may try.
    pub lease: Moment,
    /// How long a failed join rests before a sweep runs it again.
    pub backoff: Moment,
    /// How long a completed or expired join is remembered.
    pub dedup_window: Moment,
}

/// A join that is not absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Some inputs have come.
    Open {
        /// These.
        came: Inputs,
        /// When it expires.
        deadline: Moment,
    },
    /// All have come, and a body runs.
    Running {
        /// Whose.
        holder: Token,
        /// Until when nobody else may run one.
        lease: Moment,
        /// When it expires, if the body does not succeed.
        deadline: Moment,
        /// How many bodies have been started, this one included.
        attempts: u32,
    },
    /// All have come, and a body has failed.
    Ready {
        /// When a sweep may run it again.
        retry_at: Moment,
        /// When it expires.
        deadline: Moment,
        /// How many bodies have been started.
        attempts: u32,
    },
    /// Its time is over, and somebody is told so.
    Expiring {
        /// The inputs that came.
        came: Inputs,
        /// Who hands it over; nobody, once that has failed.
        holder: Option<Token>,
        /// Until when nobody else may.
        lease: Moment,
        /// How many bodies have been started.
        attempts: u32,
    },
    /// A body has succeeded; nothing but this is left.
    Completed {
        /// Whose.
        holder: Token,
        /// When it is forgotten.
        forget_at: Moment,
    },
    /// It was handed over; nothing but this is left.
    Expired {
        /// By whom.
        holder: Token,
        /// When it is forgotten.
        forget_at: Moment,
    },
}

/// What happens to a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// An input arrives.
    Arrive {
        /// Which; less than there are.
        input: u8,
        /// The delivery's.
        token: Token,
    },
    /// A holder says how it ended.
    Settle {
        /// The holder's.
        token: Token,
        /// How.
        settlement: Settlement,
    },
    /// A holder goes on for another lease.
    Renew {
        /// The holder's.
        token: Token,
    },
    /// Somebody looks whether there is something to do.
    Visit {
        /// The visitor's, who will hold the join if there is.
        token: Token,
        /// Who.
        visitor: Visitor,
    },
}

/// How a holder's work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Settlement {
    /// The body succeeded.
    Completed,
    /// The body failed, panicked or was cancelled.
    Failed,
    /// The expired join was handed over.
    HandedOver,
    /// It could not be handed over.
    NotHandedOver,
}

/// Who looks after a join that is not his own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visitor {
    /// A sweep, which can run bodies.
    Sweep,
    /// An arrival at another join, which can only hand over what has expired.
    Passing,
}

/// What a step has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// The input is kept; these have come so far.
    Waiting(Inputs),
    /// The input had come before; these have come so far.
    Duplicate(Inputs),
    /// The caller holds the join, and runs the body.
    Run {
        /// How many bodies have been started, this one included.
        attempts: u32,
    },
    /// The caller holds the join, and hands it over; an input that has arrived is not part of it.
    HandOver {
        /// The inputs that came.
        came: Inputs,
        /// How many bodies have been started.
        attempts: u32,
    },
    /// Somebody else holds the join, until then unless he settles or renews before.
    Busy(Moment),
    /// The join has completed; the input is not taken.
    Completed,
    /// The join has expired; the input is not taken.
    Expired,
    /// The settlement or the renewal counts.
    Recorded,
    /// The caller does not hold the join: its settlement or renewal does not count.
    Refused,
    /// There is nothing to do until then.
    NotDue(Moment),
    /// There is no such join, or no longer.
    Absent,
}

/// The one rule. Returns the state that comes after, `None` for absent, and what to tell the caller.
///
/// A step whose reply was lost may be made again with the same token: an arrival's claim, a success and a hand-over are
/// confirmed as before. A failure lets go of the join, and is refused the second time; a visit's claim is lost until its
/// lease is over.
#[must_use]
pub fn transition(
    state: Option<State>,
    step: Step,
    now: Moment,
    rules: &Rules,
) -> (Option<State>, Reply) {
    let state = state.filter(|state| !is_forgotten(state, now));
    match step {
        Step::Arrive { input, token } => arrive(state, input, token, now, rules),
        Step::Settle { token, settlement } => settle(state, token, settlement, now, rules),
        Step::Renew { token } => renew(state, token, now, rules),
        Step::Visit { token, visitor } => visit(state, token, visitor, now, rules),
    }
}

/// When there may be something to do for such a visitor: a store keeps its joins in this order.
#[must_use]
pub fn due(state: &State, visitor: Visitor) -> Moment {
    match (*state, visitor) {
        (State::Open { deadline, .. }, _) | (State::Ready { deadline, .. }, Visitor::Passing) => {
            deadline
        }
        (
            State::Ready {
                retry_at, deadline, ..
            },
            Visitor::Sweep,
        ) => retry_at.min(deadline),
        (
            State::Running {
                lease, deadline, ..
            },
            Visitor::Passing,
        ) => lease.max(deadline),
        (State::Running { lease, .. } | State::Expiring { lease, .. }, _) => lease,
        (State::Completed { forget_at, .. } | State::Expired { forget_at, .. }, _) => forget_at,
    }
}

fn is_forgotten(state: &State, now: Moment) -> bool {
    match *state {
        State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => forget_at <= now,
        _ => false,
    }
}

/// Who holds the join, or held it when it ended.
fn holder(state: &State) -> Option<Token> {
    match *state {
        State::Open { .. } | State::Ready { .. } => None,
        State::Expiring { holder, .. } => holder,
        State::Running { holder, .. }
        | State::Completed { holder, .. }
        | State::Expired { holder, .. } => Some(holder),
    }
}

type Outcome = (Option<State>, Reply);

fn arrive(state: Option<State>, input: u8, token: Token, now: Moment, rules: &Rules) -> Outcome {
    let Some(state) = state else {
        return first(input, now, rules);
    };
    let is_holder = holder(&state) == Some(token);
    match state {
        // The reply to this delivery was lost.
        State::Running {
            deadline, attempts, ..
        } if is_holder => run(token, deadline, attempts.saturating_sub(1), now, rules),
        State::Expiring { came, attempts, .. } if is_holder => {
            expire(came, attempts, token, now, rules)
        }
        // What is due, an arrival does as a sweep would.
        _ if due(&state, Visitor::Sweep) <= now => {
            visit(Some(state), token, Visitor::Sweep, now, rules)
        }
        State::Open { came, .. } if came.contains(input) => (Some(state), Reply::Duplicate(came)),
        State::Open { came, deadline } => {
            let came = came.with(input);
            if came == Inputs::all(rules.inputs) {
                // A body has a timeout of its own, however late the last input came.
                run(token, now.saturating_add(rules.timeout), 0, now, rules)
            } else {
                (Some(State::Open { came, deadline }), Reply::Waiting(came))
            }
        }
        // The backoff is for sweeps: brokers have one of their own.
        State::Ready {
            deadline, attempts, ..
        } => run(token, deadline, attempts, now, rules),
        State::Running { lease, .. } => (Some(state), Reply::Busy(lease)),
        State::Expiring { .. } | State::Expired { .. } => (Some(state), Reply::Expired),
        State::Completed { .. } => (Some(state), Reply::Completed),
    }
}

fn first(input: u8, now: Moment, rules: &Rules) -> Outcome {
    let came = Inputs::default().with(input);
    let deadline = now.saturating_add(rules.timeout);
    (Some(State::Open { came, deadline }), Reply::Waiting(came))
}

/// The caller holds the join, and starts a body.
fn run(token: Token, deadline: Moment, attempts: u32, now: Moment, rules: &Rules) -> Outcome {
    let attempts = attempts.saturating_add(1);
    let state = State::Running {
        holder: token,
        lease: now.saturating_add(rules.lease),
        deadline,
        attempts,
    };
    (Some(state), Reply::Run { attempts })
}

/// The caller holds the join, and hands it over.
fn expire(came: Inputs, attempts: u32, token: Token, now: Moment, rules: &Rules) -> Outcome {
    let state = State::Expiring {
        came,
        holder: Some(token),
        lease: now.saturating_add(rules.lease),
        attempts,
    };
    (Some(state), Reply::HandOver { came, attempts })
}

fn settle(
    state: Option<State>,
    token: Token,
    settlement: Settlement,
    now: Moment,
    rules: &Rules,
) -> Outcome {
    let Some(held) = state.filter(|state| holder(state) == Some(token)) else {
        return (state, Reply::Refused);
    };
    let holder = token;
    let retry_at = now.saturating_add(rules.backoff);
    let forget_at = now.saturating_add(rules.dedup_window);
    let next = match (held, settlement) {
        (State::Running { .. }, Settlement::Completed) => State::Completed { holder, forget_at },
        (
            State::Running {
                deadline, attempts, ..
            },
            Settlement::Failed,
        ) => State::Ready {
            retry_at,
            deadline,
            attempts,
        },
        (State::Expiring { .. }, Settlement::HandedOver) => State::Expired { holder, forget_at },
        (State::Expiring { came, attempts, .. }, Settlement::NotHandedOver) => State::Expiring {
            came,
            holder: None,
            lease: retry_at,
            attempts,
        },
        // The reply to this settlement was lost.
        (State::Completed { .. }, Settlement::Completed)
        | (State::Expired { .. }, Settlement::HandedOver) => held,
        _ => return (state, Reply::Refused),
    };
    (Some(next), Reply::Recorded)
}

fn renew(mut state: Option<State>, token: Token, now: Moment, rules: &Rules) -> Outcome {
    match &mut state {
        Some(
            State::Running { holder, lease, .. }
            | State::Expiring {
                holder: Some(holder),
                lease,
                ..
            },
        ) if *holder == token => {
            *lease = now.saturating_add(rules.lease);
            (state, Reply::Recorded)
        }
        _ => (state, Reply::Refused),
    }
}

fn visit(
    state: Option<State>,
    token: Token,
    visitor: Visitor,
    now: Moment,
    rules: &Rules,
) -> Outcome {
    let Some(state) = state else {
        return (None, Reply::Absent);
    };
    let due = due(&state, visitor);
    if now < due {
        return (Some(state), Reply::NotDue(due));
    }
    let all = Inputs::all(rules.inputs);
    match (state, visitor) {
        (State::Open { came, .. }, _) => expire(came, 0, token, now, rules),
        (
            State::Ready {
                deadline, attempts, ..
            },
            _,
        ) if deadline <= now => expire(all, attempts, token, now, rules),
        (State::Running { attempts, .. }, Visitor::Passing) => {
            expire(all, attempts, token, now, rules)
        }
        // A body that outlived its lease may have died; even past the deadline it is given to another first.
        (
            State::Ready {
                deadline, attempts, ..
            }
            | State::Running {
                deadline, attempts, ..
            },
            _,
        ) => run(token, deadline, attempts, now, rules),
        (State::Expiring { came, attempts, .. }, _) => expire(came, attempts, token, now, rules),
        (State::Completed { .. } | State::Expired { .. }, _) => (None, Reply::Absent),
    }
}
