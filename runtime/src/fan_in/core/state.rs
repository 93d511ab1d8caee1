//! What becomes of a join: one pure function over a state without payloads.
//!
//! ```
//! use linked_span::fan_in::state::{Inputs, Reply, Step, Token, transition};
//! # let rules = linked_span::fan_in::JoinPolicy::new(2).max_attempts(5);
//!
//! let arrive = |input| Step::Arrive { input, token: Token::random() };
//! let (open, reply) = transition(None, arrive(0), 1_000, &rules);
//! assert_eq!(reply, Reply::Waiting(Inputs::default().with(0)));
//! let (running, reply) = transition(open, arrive(1), 2_000, &rules);
//! assert_eq!(reply, Reply::Run { attempts: 1 });
//! ```
//!
//! A store keeps a join's [`State`] beside its inputs, and does what [`transition`] says in one atomic step. This file
//! knows no clock, no OpenTelemetry and no store, so that it can be explored exhaustively.
//!
//! ```text
//! absent    arrive                                    -> open
//! open      arrive the last input                     -> running
//! open, ready   the deadline is over                  -> expiring
//! running   completed                                 -> completed
//! running   failed                                    -> ready; parked, if that was the last attempt
//! running   the lease is over: arrive, sweep          -> running, by another, even past the deadline; or parked
//! running   lease and deadline are over: in passing   -> expiring; or parked
//! ready     arrive; sweep, after a backoff            -> running; before a first attempt even past the deadline
//! expiring  handed over                               -> expired
//! expiring  not handed over, or the lease is over     -> expiring, by another
//! running, expiring   not begun                       -> ready, expiring; at once, and no attempt
//! running, expiring   an input cannot be decoded      -> parked
//! completed, expired   the dedup window is over       -> absent
//! ```
//!
//! And what becomes of a join that nobody holds, be it that the lease is over, when an operator wants it:
//!
//! ```text
//! parked, ready, running, expiring   retry            -> ready; expiring, if it is incomplete
//! any       forget                                    -> absent
//! ```

pub use super::inputs::Inputs;

/// Milliseconds of the store's clock.
///
/// ```
/// use std::time::{SystemTime, UNIX_EPOCH};
/// use linked_span::fan_in::Moment;
///
/// fn now() -> Moment {
///     let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
///     since.as_millis().try_into().unwrap_or(Moment::MAX)
/// }
/// ```
pub type Moment = u64;

/// Who holds a join: random, unique for a delivery, and the same over all retries of a store's call.
///
/// ```
/// use linked_span::fan_in::Token;
///
/// let token = Token::random();
/// let column = token.0.to_be_bytes(); // as a store writes it down
/// assert_eq!(Token(u128::from_be_bytes(column)), token);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u128);

/// What the joins of one function have in common. All durations are in milliseconds.
///
/// ```
/// use linked_span::fan_in::JoinPolicy;
///
/// let policy = JoinPolicy::new(2).timeout(900_000).max_attempts(5);
/// assert_eq!(policy.lease, 300_000);
/// ```
///
/// The runtime makes it of the function's [`JoinOptions`](crate::fan_in::JoinOptions), and gives it to the store at every call. Only
/// the tests of a store make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinPolicy {
    /// How many inputs there are, from two to twelve.
    pub inputs: u8,
    /// How long an incomplete join waits, and how long a complete one may take.
    pub timeout: Moment,
    /// How long a worker holds a join before another may claim it.
    pub lease: Moment,
    /// How long a failed join rests before a sweep runs it again.
    pub backoff: Moment,
    /// How long a completed or expired join is remembered.
    pub dedup_window: Moment,
    /// How many bodies may be started until a join is parked; `u32::MAX` is no limit.
    pub max_attempts: u32,
}

impl JoinPolicy {
    /// Makes the default policy of a function with so many inputs.
    ///
    /// The timeout is 10 minutes, the lease 5 minutes, the backoff a second, the dedup window a day; attempts have no limit.
    ///
    /// ```
    /// # use linked_span::fan_in::JoinPolicy;
    /// assert_eq!(JoinPolicy::new(3).inputs, 3);
    /// ```
    #[must_use]
    pub const fn new(inputs: u8) -> Self {
        Self {
            inputs,
            timeout: 600_000,
            lease: 300_000,
            backoff: 1_000,
            dedup_window: 86_400_000,
            max_attempts: u32::MAX,
        }
    }

    /// Sets how many inputs there are.
    #[must_use]
    pub const fn inputs(self, inputs: u8) -> Self {
        Self { inputs, ..self }
    }

    /// Sets the timeout.
    #[must_use]
    pub const fn timeout(self, timeout: Moment) -> Self {
        Self { timeout, ..self }
    }

    /// Sets the lease.
    #[must_use]
    pub const fn lease(self, lease: Moment) -> Self {
        Self { lease, ..self }
    }

    /// Sets the backoff.
    #[must_use]
    pub const fn backoff(self, backoff: Moment) -> Self {
        Self { backoff, ..self }
    }

    /// Sets the dedup window.
    #[must_use]
    pub const fn dedup_window(self, dedup_window: Moment) -> Self {
        Self {
            dedup_window,
            ..self
        }
    }

    /// Sets how many bodies may be started.
    #[must_use]
    pub const fn max_attempts(self, max_attempts: u32) -> Self {
        Self {
            max_attempts,
            ..self
        }
    }
}

/// A join that is not absent.
///
/// ```
/// use linked_span::fan_in::state::State;
///
/// /// Whether a store still has to keep the inputs that came.
/// fn has_inputs(state: &State) -> bool {
///     !matches!(state, State::Completed { .. } | State::Expired { .. })
/// }
/// # use linked_span::fan_in::state::Inputs;
/// # assert!(has_inputs(&State::Open { came: Inputs::default(), deadline: 0 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    /// It cannot get on, and waits for an operator with every input that came.
    Parked {
        /// The inputs that came.
        came: Inputs,
        /// How many bodies have been started.
        attempts: u32,
        /// Why.
        reason: ParkReason,
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

/// Why a join is parked.
///
/// ```
/// use linked_span::fan_in::ParkReason;
///
/// fn advice(reason: ParkReason) -> &'static str {
///     match reason {
///         ParkReason::Attempts => "mend what the function calls, then retry",
///         ParkReason::Undecodable => "deploy a version that can read the inputs, then retry",
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParkReason {
    /// Its body has failed as often as it may.
    Attempts,
    /// What was kept of an input cannot be read.
    Undecodable,
}

/// What happens to a join.
///
/// ```
/// use linked_span::fan_in::state::{Inputs, ParkReason, Reply, State, Step, transition};
/// # let rules = linked_span::fan_in::JoinPolicy::new(2).max_attempts(5);
///
/// let parked = State::Parked { came: Inputs::all(2), attempts: 5, reason: ParkReason::Attempts };
/// let (ready, reply) = transition(Some(parked), Step::Retry, 1_000, &rules);
/// assert_eq!(reply, Reply::Recorded);
/// assert!(matches!(ready, Some(State::Ready { attempts: 0, .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    ClaimDue {
        /// The visitor's, who will hold the join if there is.
        token: Token,
        /// Who.
        mode: ClaimMode,
    },
    /// An operator wants what has failed tried again, unless somebody holds it: a complete join is ready at once, with a
    /// new deadline and no attempts; an incomplete one, that has expired, is handed over.
    Retry,
    /// An operator wants it gone, with its inputs, whatever has become of it, unless somebody holds it.
    Forget,
}

/// How a holder's work ended.
///
/// ```
/// use linked_span::fan_in::{Settlement, Work};
///
/// fn settlement(work: Work, succeeded: bool) -> Settlement {
///     match (work, succeeded) {
///         (Work::Run, true) => Settlement::Completed,
///         (Work::Run, false) => Settlement::Failed,
///         (Work::DeliverExpired, true) => Settlement::ExpiryDelivered,
///         (Work::DeliverExpired, false) => Settlement::ExpiryFailed,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Settlement {
    /// The body succeeded.
    Completed,
    /// The body failed, panicked or was cancelled.
    Failed,
    /// The expired join was handed over.
    ExpiryDelivered,
    /// It could not be handed over.
    ExpiryFailed,
    /// An input could not be decoded, so that it can neither be run nor handed over.
    Undecodable,
    /// The holder has let go of it before he did anything: no body was started.
    Released,
}

/// Who looks after a join that is not his own.
///
/// ```
/// use linked_span::fan_in::state::{State, ClaimMode, due};
///
/// let failed = State::Ready { retry_at: 2_000, deadline: 600_000, attempts: 1 };
/// assert_eq!(due(&failed, ClaimMode::Sweep), Some(2_000)); // to run it again
/// assert_eq!(due(&failed, ClaimMode::Opportunistic), Some(600_000)); // to hand it over
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimMode {
    /// A sweep, which can run bodies.
    Sweep,
    /// An arrival at another join, which can only hand over what has expired.
    Opportunistic,
}

/// What a step has come to.
///
/// ```
/// use linked_span::fan_in::Moment;
/// use linked_span::fan_in::state::Reply;
///
/// /// In how many milliseconds another delivery is worth it.
/// fn retry_after(reply: Reply, now: Moment) -> Option<Moment> {
///     match reply {
///         Reply::Busy(until) => Some(until.saturating_sub(now)),
///         _ => None,
///     }
/// }
/// # assert_eq!(retry_after(Reply::Busy(300_000), 1_000), Some(299_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    DeliverExpired {
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
    /// The join is parked; the input is not taken.
    Parked,
    /// The settlement, the renewal or the operator's wish counts.
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
/// ```
/// use std::collections::HashMap;
/// use linked_span::fan_in::state::{Moment, Reply, JoinPolicy, State, Step, transition};
///
/// /// A step of a store, under its lock: it reads, asks what comes after, and writes that.
/// fn step(joins: &mut HashMap<String, State>, key: &str, step: Step, now: Moment, rules: &JoinPolicy) -> Reply {
///     let (next, reply) = transition(joins.remove(key), step, now, rules);
///     if let Some(state) = next {
///         joins.insert(key.to_owned(), state);
///     }
///     reply
/// }
/// # let rules = linked_span::fan_in::JoinPolicy::new(2).max_attempts(5);
/// # assert_eq!(step(&mut HashMap::new(), "7", Step::Forget, 0, &rules), Reply::Absent);
/// ```
///
/// A step whose reply was lost may be made again with the same token: an arrival's claim, a success and a hand-over are
/// confirmed as before. Any other settlement lets go of the join, and is refused the second time; a visit's claim is lost
/// until its lease is over, unless the store finds it by its token and settles it as not begun.
#[must_use]
pub fn transition(
    state: Option<State>,
    step: Step,
    now: Moment,
    rules: &JoinPolicy,
) -> (Option<State>, Reply) {
    let state = state.filter(|state| !is_forgotten(state, now));
    match step {
        Step::Arrive { input, token } => arrive(state, input, token, now, rules),
        Step::Settle { token, settlement } => settle(state, token, settlement, now, rules),
        Step::Renew { token } => renew(state, token, now, rules),
        Step::ClaimDue { token, mode } => visit(state, token, mode, now, rules),
        Step::Retry => retry(state, now, rules),
        Step::Forget => forget(state, now),
    }
}

/// When there may be something to do for such a visitor, `None` for never: a store keeps its joins in this order.
///
/// ```
/// use linked_span::fan_in::state::{Inputs, State, ClaimMode, due};
///
/// let open = State::Open { came: Inputs::default().with(0), deadline: 600_000 };
/// assert_eq!(due(&open, ClaimMode::Sweep), Some(600_000)); // to hand it over
/// ```
#[must_use]
pub fn due(state: &State, mode: ClaimMode) -> Option<Moment> {
    let due = match (*state, mode) {
        (State::Open { deadline, .. }, _)
        | (State::Ready { deadline, .. }, ClaimMode::Opportunistic) => deadline,
        (
            State::Ready {
                retry_at, deadline, ..
            },
            ClaimMode::Sweep,
        ) => retry_at.min(deadline),
        (
            State::Running {
                lease, deadline, ..
            },
            ClaimMode::Opportunistic,
        ) => lease.max(deadline),
        (State::Running { lease, .. } | State::Expiring { lease, .. }, _) => lease,
        (State::Completed { forget_at, .. } | State::Expired { forget_at, .. }, _) => forget_at,
        (State::Parked { .. }, _) => return None,
    };
    Some(due)
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
        State::Open { .. } | State::Ready { .. } | State::Parked { .. } => None,
        State::Expiring { holder, .. } => holder,
        State::Running { holder, .. }
        | State::Completed { holder, .. }
        | State::Expired { holder, .. } => Some(holder),
    }
}

/// Until when the join is somebody's, unless he settles or renews before.
fn held_until(state: &State, now: Moment) -> Option<Moment> {
    match *state {
        State::Running { lease, .. }
        | State::Expiring {
            holder: Some(_),
            lease,
            ..
        } if now < lease => Some(lease),
        _ => None,
    }
}

/// Whether there must not be another body.
fn is_exhausted(attempts: u32, rules: &JoinPolicy) -> bool {
    attempts >= rules.max_attempts
}

type Outcome = (Option<State>, Reply);

fn arrive(
    state: Option<State>,
    input: u8,
    token: Token,
    now: Moment,
    rules: &JoinPolicy,
) -> Outcome {
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
        _ if due(&state, ClaimMode::Sweep).is_some_and(|due| due <= now) => {
            visit(Some(state), token, ClaimMode::Sweep, now, rules)
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
        State::Parked { .. } => (Some(state), Reply::Parked),
    }
}

fn first(input: u8, now: Moment, rules: &JoinPolicy) -> Outcome {
    let came = Inputs::default().with(input);
    let deadline = now.saturating_add(rules.timeout);
    (Some(State::Open { came, deadline }), Reply::Waiting(came))
}

/// The caller holds the join, and starts a body.
fn run(token: Token, deadline: Moment, attempts: u32, now: Moment, rules: &JoinPolicy) -> Outcome {
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
fn expire(came: Inputs, attempts: u32, token: Token, now: Moment, rules: &JoinPolicy) -> Outcome {
    let state = State::Expiring {
        came,
        holder: Some(token),
        lease: now.saturating_add(rules.lease),
        attempts,
    };
    (Some(state), Reply::DeliverExpired { came, attempts })
}

fn park(came: Inputs, attempts: u32, reason: ParkReason) -> State {
    State::Parked {
        came,
        attempts,
        reason,
    }
}

fn settle(
    state: Option<State>,
    token: Token,
    settlement: Settlement,
    now: Moment,
    rules: &JoinPolicy,
) -> Outcome {
    let Some(held) = state.filter(|state| holder(state) == Some(token)) else {
        return (state, Reply::Refused);
    };
    let holder = token;
    let all = Inputs::all(rules.inputs);
    let retry_at = now.saturating_add(rules.backoff);
    let forget_at = now.saturating_add(rules.dedup_window);
    let next = match (held, settlement) {
        (State::Running { .. }, Settlement::Completed) => State::Completed { holder, forget_at },
        (State::Running { attempts, .. }, Settlement::Failed) if is_exhausted(attempts, rules) => {
            park(all, attempts, ParkReason::Attempts)
        }
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
        (State::Expiring { .. }, Settlement::ExpiryDelivered) => {
            State::Expired { holder, forget_at }
        }
        (State::Expiring { came, attempts, .. }, Settlement::ExpiryFailed) => State::Expiring {
            came,
            holder: None,
            lease: retry_at,
            attempts,
        },
        (State::Running { attempts, .. }, Settlement::Undecodable) => {
            park(all, attempts, ParkReason::Undecodable)
        }
        (State::Expiring { came, attempts, .. }, Settlement::Undecodable) => {
            park(came, attempts, ParkReason::Undecodable)
        }
        // It is due at once, and what was not begun was no attempt.
        (
            State::Running {
                deadline, attempts, ..
            },
            Settlement::Released,
        ) => State::Ready {
            retry_at: now,
            deadline,
            attempts: attempts.saturating_sub(1),
        },
        (State::Expiring { came, attempts, .. }, Settlement::Released) => State::Expiring {
            came,
            holder: None,
            lease: now,
            attempts,
        },
        // The reply to this settlement was lost.
        (State::Completed { .. }, Settlement::Completed)
        | (State::Expired { .. }, Settlement::ExpiryDelivered) => held,
        _ => return (state, Reply::Refused),
    };
    (Some(next), Reply::Recorded)
}

fn renew(mut state: Option<State>, token: Token, now: Moment, rules: &JoinPolicy) -> Outcome {
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
    mode: ClaimMode,
    now: Moment,
    rules: &JoinPolicy,
) -> Outcome {
    let Some(state) = state else {
        return (None, Reply::Absent);
    };
    if let Some(due) = due(&state, mode).filter(|due| now < *due) {
        return (Some(state), Reply::NotDue(due));
    }
    let all = Inputs::all(rules.inputs);
    match (state, mode) {
        (State::Open { came, .. }, _) => expire(came, 0, token, now, rules),
        (
            State::Ready {
                deadline, attempts, ..
            },
            _,
        ) if deadline <= now && (attempts > 0 || mode == ClaimMode::Opportunistic) => {
            expire(all, attempts, token, now, rules)
        }
        (State::Running { attempts, .. }, _) if is_exhausted(attempts, rules) => (
            Some(park(all, attempts, ParkReason::Attempts)),
            Reply::Parked,
        ),
        (State::Running { attempts, .. }, ClaimMode::Opportunistic) => {
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
        (State::Parked { .. }, _) => (Some(state), Reply::Parked),
        (State::Completed { .. } | State::Expired { .. }, _) => (None, Reply::Absent),
    }
}

/// What failed is tried again at once, with all its time: the body, or of an incomplete join the hand-over.
fn retry(state: Option<State>, now: Moment, rules: &JoinPolicy) -> Outcome {
    let Some(state) = state else {
        return (None, Reply::Absent);
    };
    if let Some(until) = held_until(&state, now) {
        return (Some(state), Reply::Busy(until));
    }
    let next = match state {
        State::Open { came, .. } => return (Some(state), Reply::Waiting(came)),
        State::Completed { .. } => return (Some(state), Reply::Completed),
        State::Expired { .. } => return (Some(state), Reply::Expired),
        State::Parked { came, attempts, .. } | State::Expiring { came, attempts, .. }
            if came != Inputs::all(rules.inputs) =>
        {
            State::Expiring {
                came,
                holder: None,
                lease: now,
                attempts,
            }
        }
        State::Parked { .. }
        | State::Expiring { .. }
        | State::Ready { .. }
        | State::Running { .. } => State::Ready {
            retry_at: now,
            deadline: now.saturating_add(rules.timeout),
            attempts: 0,
        },
    };
    (Some(next), Reply::Recorded)
}

/// What has ended goes too: it is no longer remembered.
fn forget(state: Option<State>, now: Moment) -> Outcome {
    match state {
        None => (None, Reply::Absent),
        Some(state) => match held_until(&state, now) {
            Some(until) => (Some(state), Reply::Busy(until)),
            None => (None, Reply::Recorded),
        },
    }
}
