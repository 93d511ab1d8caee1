//! Computes the next state of a join: one pure function over a state without payloads.
//!
//! ```
//! use linked_span::fan_in::state::{Inputs, Reply, Step, Timestamp, Token, transition};
//! # let policy = linked_span::fan_in::JoinPolicy::new(2).max_attempts(5);
//!
//! let arrive = |input| Step::arrive(input, Token::random());
//! let (open, reply) = transition(None, arrive(0), Timestamp::from_millis(1_000), &policy);
//! assert_eq!(reply, Reply::Waiting(Inputs::default().with(0).into()));
//! let (running, reply) = transition(open, arrive(1), Timestamp::from_millis(2_000), &policy);
//! assert_eq!(reply, Reply::Run { attempts: 1, taken: true });
//! ```
//!
//! A store keeps a join's [`State`] beside its inputs. It calls [`transition`] and writes the result in one atomic
//! step. This file uses no clock, no OpenTelemetry and no store, so tests can explore it exhaustively.
//!
//! ```text
//! absent    an input arrives                          -> open; running if no other is missing
//! open      the last input arrives                    -> running
//! open      the deadline has passed: only optional inputs are missing   -> running by an arrival or a sweep
//! open      the deadline and a timeout have passed: opportunistic claim   -> expiring
//! open, running, ready, parked   an element of a full list, or a late optional input   -> unchanged
//! open, ready   the deadline has passed               -> expiring
//! running   completed                                 -> completed
//! running   failed                                    -> ready; parked after the last attempt
//! running   the lease has ended: arrival, sweep       -> running for another worker, even past the deadline; or parked
//! running   lease and deadline have passed: opportunistic claim   -> expiring; or parked
//! ready     arrival; sweep after the backoff          -> running; before a first attempt even past the deadline
//! expiring  delivered                                 -> expired
//! expiring  not delivered, or the lease has ended     -> expiring for another worker
//! running, expiring   released                        -> ready, expiring; at once, and not an attempt
//! running, expiring   an input cannot be decoded      -> parked
//! completed, expired   the dedup window has passed    -> absent
//! ```
//!
//! An operator can change a join that no worker holds, or whose lease has ended:
//!
//! ```text
//! parked, ready, running, expiring   retry            -> ready; expiring if an input is missing
//! any       forget                                    -> absent
//! ```

pub use super::inputs::Inputs;
pub use super::lists::{Arrived, Counts, Tallies};
pub use super::policy::JoinPolicy;
pub use super::time::Timestamp;

/// Identifies one delivery's claim on a join.
///
/// A token is random and unique for a delivery. It stays the same over all retries of a store's call.
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

/// Describes a join that is not absent.
///
/// ```
/// use linked_span::fan_in::state::State;
///
/// /// Returns `true` if a store must still keep the inputs that have arrived.
/// fn has_inputs(state: &State) -> bool {
///     !matches!(state, State::Completed { .. } | State::Expired { .. })
/// }
/// # use linked_span::fan_in::state::{Inputs, Timestamp};
/// # assert!(has_inputs(&State::open(Inputs::default().into(), Timestamp::MAX)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// Some inputs have arrived.
    Open {
        /// The single inputs that have arrived, and the lists that are full.
        came: Inputs,
        /// The tallies of the lists.
        lists: Tallies,
        /// The time when the join expires, or runs without its optional inputs.
        deadline: Timestamp,
    },
    /// All inputs have arrived, and a body runs.
    Running {
        /// The inputs of every attempt. An optional one that is missing stays missing.
        came: Inputs,
        /// The token of the worker that runs it.
        holder: Token,
        /// The time until which no other worker may run a body.
        lease: Timestamp,
        /// The time when the join expires if the body does not succeed.
        deadline: Timestamp,
        /// The number of attempts, including the current one.
        attempts: u32,
    },
    /// All inputs have arrived, and an attempt has failed.
    Ready {
        /// The inputs of every attempt. An optional one that is missing stays missing.
        came: Inputs,
        /// The time from which a sweep may run the body again.
        retry_at: Timestamp,
        /// The time when the join expires.
        deadline: Timestamp,
        /// The number of attempts.
        attempts: u32,
    },
    /// The deadline has passed, and a worker delivers the join to `on_expired`.
    Expiring {
        /// The single inputs that have arrived, and the lists that are full.
        came: Inputs,
        /// The token of the worker that delivers it; `None` after a failed delivery.
        holder: Option<Token>,
        /// The time until which no other worker may deliver it.
        lease: Timestamp,
        /// The number of attempts.
        attempts: u32,
    },
    /// The join cannot progress. It waits for an operator, with every input that has arrived.
    Parked {
        /// The single inputs that have arrived, and the lists that are full.
        came: Inputs,
        /// The number of attempts.
        attempts: u32,
        /// The reason why it is parked.
        reason: ParkReason,
    },
    /// A body has succeeded. The store keeps only this state.
    Completed {
        /// The token of the worker whose body succeeded.
        holder: Token,
        /// The time when the store forgets the join.
        forget_at: Timestamp,
    },
    /// A worker has delivered the join to `on_expired`. The store keeps only this state.
    Expired {
        /// The token of the worker that delivered it.
        holder: Token,
        /// The time when the store forgets the join.
        forget_at: Timestamp,
    },
}

impl State {
    /// Makes an open join that has received these inputs.
    ///
    /// ```
    /// use linked_span::fan_in::state::{Inputs, State, Timestamp};
    ///
    /// let open = State::open(Inputs::default().with(0).into(), Timestamp::from_millis(600_000));
    /// assert!(matches!(open, State::Open { came, .. } if came.contains(0)));
    /// ```
    #[must_use]
    pub const fn open(arrived: Arrived, deadline: Timestamp) -> Self {
        let Arrived { came, lists } = arrived;
        Self::Open {
            came,
            lists,
            deadline,
        }
    }
}

/// Names the reason why a join is parked.
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
    /// The body has failed as often as `max_attempts` allows.
    Attempts,
    /// The store cannot decode a stored input.
    Undecodable,
}

/// Describes what happens to a join.
///
/// ```
/// use linked_span::fan_in::state::{Inputs, ParkReason, Reply, State, Step, Timestamp, transition};
/// # let policy = linked_span::fan_in::JoinPolicy::new(2).max_attempts(5);
///
/// let parked = State::Parked { came: Inputs::all(2), attempts: 5, reason: ParkReason::Attempts };
/// let (ready, reply) = transition(Some(parked), Step::Retry, Timestamp::from_millis(1_000), &policy);
/// assert_eq!(reply, Reply::Recorded);
/// assert!(matches!(ready, Some(State::Ready { attempts: 0, .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// An input arrives.
    Arrive {
        /// The input's place in the declaration, less than the number of inputs.
        input: u8,
        /// The token of the delivery.
        token: Token,
        /// `true` if the store keeps an element with this identity in the list; `false` for a single input.
        known: bool,
        /// The counts of lists that the input gives.
        counts: Counts,
    },
    /// A holder reports how its work ended.
    Settle {
        /// The token of the holder.
        token: Token,
        /// The result of the work.
        settlement: Settlement,
    },
    /// A holder extends its lease.
    Renew {
        /// The token of the holder.
        token: Token,
    },
    /// A sweep or another arrival claims the join if it is due.
    ClaimDue {
        /// The token of the caller, which holds the join if it is due.
        token: Token,
        /// The kind of caller.
        mode: ClaimMode,
    },
    /// An operator retries a join that has failed or expired, unless a worker holds it.
    ///
    /// A complete join becomes ready at once, with a new deadline and no attempts. An incomplete join is delivered to
    /// `on_expired` again.
    Retry,
    /// An operator removes a join in any state, with its inputs, unless a worker holds it.
    Forget,
}

impl Step {
    /// Makes the arrival of a single input, or of an element that the store does not keep yet, without counts.
    ///
    /// ```
    /// use linked_span::fan_in::state::{Step, Token};
    ///
    /// assert!(matches!(Step::arrive(1, Token::random()), Step::Arrive { input: 1, known: false, .. }));
    /// ```
    #[must_use]
    pub fn arrive(input: u8, token: Token) -> Self {
        Self::Arrive {
            input,
            token,
            known: false,
            counts: Counts::default(),
        }
    }
}

/// Describes how a holder's work ended.
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
    /// The holder delivered the expired join.
    ExpiryDelivered,
    /// The holder could not deliver the expired join.
    ExpiryFailed,
    /// The store could not decode an input. The join can be neither run nor delivered.
    Undecodable,
    /// The holder released the claim before the body started. This is not an attempt.
    Released,
}

/// Distinguishes the callers that claim a join that is due.
///
/// ```
/// use linked_span::fan_in::state::{ClaimMode, Inputs, JoinPolicy, State, Timestamp, due};
///
/// let policy = JoinPolicy::new(2);
/// let (retry_at, deadline) = (Timestamp::from_millis(2_000), Timestamp::from_millis(600_000));
/// let failed = State::Ready { came: Inputs::all(2), retry_at, deadline, attempts: 1 };
/// assert_eq!(due(&failed, ClaimMode::Sweep, &policy), Some(retry_at)); // to run the body again
/// assert_eq!(due(&failed, ClaimMode::Opportunistic, &policy), Some(deadline)); // to deliver it as expired
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimMode {
    /// A sweep, which runs bodies and delivers expired joins.
    Sweep,
    /// An arrival that opportunistically claims one other expired join, and cannot run its body.
    Opportunistic,
}

/// Reports the result of a step.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::state::{Reply, Timestamp};
///
/// /// Returns how long the broker should wait before it delivers again.
/// fn retry_after(reply: Reply, now: Timestamp) -> Option<Duration> {
///     match reply {
///         Reply::Busy(until) => Some(until.saturating_duration_since(now)),
///         _ => None,
///     }
/// }
/// # let at = Timestamp::from_millis;
/// # assert_eq!(retry_after(Reply::Busy(at(300_000)), at(1_000)), Some(Duration::from_secs(299)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reply {
    /// The store keeps the input. These inputs have arrived so far.
    Waiting(Arrived),
    /// The input had arrived before. These inputs have arrived so far.
    Duplicate(Arrived),
    /// The join takes no more of this input: its list is full, or the body has begun without it.
    Closed,
    /// The caller holds the join and runs the body.
    Run {
        /// The number of attempts, including the one that starts now.
        attempts: u32,
        /// `true` if the store keeps the input of this call, which completes the join.
        ///
        /// Otherwise the input is not part of the join, or the store has kept it before.
        taken: bool,
    },
    /// The caller holds the join and delivers it to `on_expired`. An input of this call is not part of the join.
    DeliverExpired {
        /// The inputs that have arrived.
        came: Inputs,
        /// The number of attempts.
        attempts: u32,
    },
    /// Another worker holds the join until this time, unless it settles or renews before.
    Busy(Timestamp),
    /// The join has completed. The store does not take the input.
    Completed,
    /// The join has expired. The store does not take the input.
    Expired,
    /// The join is parked. The store does not take the input.
    Parked,
    /// The store records the settlement, the renewal or the operator's change.
    Recorded,
    /// The caller does not hold the join. The store rejects its settlement or renewal.
    Refused,
    /// The join is not due before this time.
    NotDue(Timestamp),
    /// The join does not exist, or no longer exists.
    Absent,
}

impl Reply {
    /// Returns `true` if the join takes the input of the arrival, so that the store keeps it.
    ///
    /// ```
    /// use linked_span::fan_in::state::Reply;
    ///
    /// assert!(Reply::Run { attempts: 1, taken: true }.takes_input()); // it completes the join
    /// assert!(!Reply::Run { attempts: 2, taken: false }.takes_input()); // the store has all inputs
    /// ```
    #[must_use]
    pub const fn takes_input(self) -> bool {
        matches!(self, Self::Waiting(_) | Self::Run { taken: true, .. })
    }
}

/// Returns the state after a step, and the reply to the caller.
///
/// The state is `None` for an absent join.
///
/// ```
/// use std::collections::HashMap;
/// use linked_span::fan_in::state::{JoinPolicy, Reply, State, Step, Timestamp, transition};
///
/// /// Executes a step under the store's lock: reads the state, computes the next one, and writes it.
/// fn step(joins: &mut HashMap<String, State>, key: &str, step: Step, now: Timestamp, policy: &JoinPolicy) -> Reply {
///     let (next, reply) = transition(joins.remove(key), step, now, policy);
///     if let Some(state) = next {
///         joins.insert(key.to_owned(), state);
///     }
///     reply
/// }
/// # let policy = linked_span::fan_in::JoinPolicy::new(2).max_attempts(5);
/// # assert_eq!(step(&mut HashMap::new(), "7", Step::Forget, Timestamp::now(), &policy), Reply::Absent);
/// ```
///
/// A caller whose reply was lost may repeat the step with the same token. The state machine then confirms an arrival's
/// claim, a success and a delivery as before. It rejects the second call of any other settlement, because the first one
/// released the join. A claim by [`Step::ClaimDue`] is lost until its lease ends, unless the store finds it by its
/// token and settles it as [`Settlement::Released`].
#[must_use]
pub fn transition(
    state: Option<State>,
    step: Step,
    now: Timestamp,
    policy: &JoinPolicy,
) -> (Option<State>, Reply) {
    let mut state = state;
    // `filter` would copy the state, and a settlement in memory would take 3 % more.
    if state.is_some_and(|state| is_forgotten(&state, now)) {
        state = None;
    }
    match step {
        Step::Arrive {
            input,
            token,
            known,
            counts,
        } => {
            let arriving = Arriving {
                input,
                known,
                counts,
            };
            arrive(state, arriving, token, now, policy)
        }
        Step::Settle { token, settlement } => settle(state, token, settlement, now, policy),
        Step::Renew { token } => renew(state, token, now, policy),
        Step::ClaimDue { token, mode } => claim_if_due(state, token, mode, now, policy),
        Step::Retry => retry(state, now, policy),
        Step::Forget => forget(state, now),
    }
}

/// Returns the time from which a caller in this mode may claim the join; `None` for never.
///
/// A store orders its joins by this time.
///
/// ```
/// use linked_span::fan_in::state::{ClaimMode, Inputs, JoinPolicy, State, Timestamp, due};
///
/// let policy = JoinPolicy::new(2);
/// let deadline = Timestamp::from_millis(600_000);
/// let open = State::open(Inputs::default().with(0).into(), deadline);
/// assert_eq!(due(&open, ClaimMode::Sweep, &policy), Some(deadline)); // to deliver it as expired
/// ```
#[must_use]
pub fn due(state: &State, mode: ClaimMode, policy: &JoinPolicy) -> Option<Timestamp> {
    let due = match (*state, mode) {
        // An arrival at another join cannot run the body, and leaves a sweep another timeout for it.
        (State::Open { came, deadline, .. }, ClaimMode::Opportunistic)
            if policy.is_complete(came) =>
        {
            deadline.saturating_add(policy.timeout)
        }
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

fn is_forgotten(state: &State, now: Timestamp) -> bool {
    match *state {
        State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => forget_at <= now,
        _ => false,
    }
}

/// Returns the token of the worker that holds the join, or that ended it.
fn holder(state: &State) -> Option<Token> {
    match *state {
        State::Open { .. } | State::Ready { .. } | State::Parked { .. } => None,
        State::Expiring { holder, .. } => holder,
        State::Running { holder, .. }
        | State::Completed { holder, .. }
        | State::Expired { holder, .. } => Some(holder),
    }
}

/// Returns the time until which a worker holds the join, unless it settles or renews before.
fn held_until(state: &State, now: Timestamp) -> Option<Timestamp> {
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

/// Returns `true` if no further attempt is allowed.
fn is_exhausted(attempts: u32, policy: &JoinPolicy) -> bool {
    attempts >= policy.max_attempts
}

type Outcome = (Option<State>, Reply);

/// Holds an arrival without its token.
#[derive(Clone, Copy)]
struct Arriving {
    input: u8,
    known: bool,
    counts: Counts,
}

fn arrive(
    state: Option<State>,
    arriving: Arriving,
    token: Token,
    now: Timestamp,
    policy: &JoinPolicy,
) -> Outcome {
    let input = arriving.input;
    let Some(state) = state else {
        let deadline = now.saturating_add(policy.timeout);
        return take(Arrived::default(), deadline, arriving, token, now, policy);
    };
    let is_holder = holder(&state) == Some(token);
    match state {
        // The reply to this delivery was lost.
        State::Running {
            came,
            deadline,
            attempts,
            ..
        } if is_holder => run(
            came,
            token,
            deadline,
            attempts.saturating_sub(1),
            now,
            policy,
        ),
        State::Expiring { came, attempts, .. } if is_holder => {
            expire(came, attempts, token, now, policy)
        }
        // An arrival does what a sweep would do with a join that is due.
        _ if due(&state, ClaimMode::Sweep, policy).is_some_and(|due| due <= now) => {
            claim_if_due(Some(state), token, ClaimMode::Sweep, now, policy)
        }
        State::Open {
            came,
            lists,
            deadline,
        } => {
            let is_list = policy.lists.contains(input);
            let arrived = Arrived { came, lists };
            if came.contains(input) {
                let duplicate = Reply::Duplicate(arrived);
                (Some(state), if is_list { Reply::Closed } else { duplicate })
            } else if is_list && arriving.known {
                (Some(state), Reply::Duplicate(arrived))
            } else if is_list && lists.len(input) >= policy.max_elements {
                (Some(state), Reply::Closed)
            } else {
                take(arrived, deadline, arriving, token, now, policy)
            }
        }
        State::Running { came, .. } | State::Ready { came, .. }
            if !has_single(came, input, policy) =>
        {
            (Some(state), Reply::Closed)
        }
        State::Parked { came, .. }
            if policy.is_complete(came) && !has_single(came, input, policy) =>
        {
            (Some(state), Reply::Closed)
        }
        // The backoff is for sweeps: brokers have their own.
        State::Ready {
            came,
            deadline,
            attempts,
            ..
        } => run(came, token, deadline, attempts, now, policy),
        State::Running { lease, .. } => (Some(state), Reply::Busy(lease)),
        State::Expiring { .. } | State::Expired { .. } => (Some(state), Reply::Expired),
        State::Completed { .. } => (Some(state), Reply::Completed),
        State::Parked { .. } => (Some(state), Reply::Parked),
    }
}

/// Returns `true` if a complete join has this input, which is no list.
///
/// Otherwise the delivery is closed to the join: its list is full, or the body has begun without it.
fn has_single(came: Inputs, input: u8, policy: &JoinPolicy) -> bool {
    came.contains(input) && !policy.lists.contains(input)
}

/// Adds an input to an open join, which runs if that was the last.
fn take(
    arrived: Arrived,
    deadline: Timestamp,
    arriving: Arriving,
    token: Token,
    now: Timestamp,
    policy: &JoinPolicy,
) -> Outcome {
    let Arriving { input, counts, .. } = arriving;
    let arrived = arrived.after(input, counts, policy.lists);
    if arrived.came == Inputs::all(policy.inputs) {
        // A body has a timeout of its own, even if the last input came late.
        let deadline = now.saturating_add(policy.timeout);
        let (state, reply) = run(arrived.came, token, deadline, 0, now, policy);
        return (state, taken(reply));
    }
    (
        Some(State::open(arrived, deadline)),
        Reply::Waiting(arrived),
    )
}

/// Marks the reply to an arrival whose input completes the join.
fn taken(reply: Reply) -> Reply {
    match reply {
        Reply::Run { attempts, .. } => Reply::Run {
            attempts,
            taken: true,
        },
        reply => reply,
    }
}

/// Gives the caller the join, to start a body.
fn run(
    came: Inputs,
    token: Token,
    deadline: Timestamp,
    attempts: u32,
    now: Timestamp,
    policy: &JoinPolicy,
) -> Outcome {
    let attempts = attempts.saturating_add(1);
    let state = State::Running {
        came,
        holder: token,
        lease: now.saturating_add(policy.lease),
        deadline,
        attempts,
    };
    let reply = Reply::Run {
        attempts,
        taken: false,
    };
    (Some(state), reply)
}

/// Gives the caller the join, to deliver it to `on_expired`.
fn expire(
    came: Inputs,
    attempts: u32,
    token: Token,
    now: Timestamp,
    policy: &JoinPolicy,
) -> Outcome {
    let state = State::Expiring {
        came,
        holder: Some(token),
        lease: now.saturating_add(policy.lease),
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
    now: Timestamp,
    policy: &JoinPolicy,
) -> Outcome {
    let Some(held) = state.filter(|state| holder(state) == Some(token)) else {
        return (state, Reply::Refused);
    };
    let holder = token;
    let retry_at = now.saturating_add(policy.backoff);
    let forget_at = now.saturating_add(policy.dedup_window);
    let next = match (held, settlement) {
        (State::Running { .. }, Settlement::Completed) => State::Completed { holder, forget_at },
        (State::Running { came, attempts, .. }, Settlement::Failed)
            if is_exhausted(attempts, policy) =>
        {
            park(came, attempts, ParkReason::Attempts)
        }
        (
            State::Running {
                came,
                deadline,
                attempts,
                ..
            },
            Settlement::Failed,
        ) => State::Ready {
            came,
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
        (
            State::Running { came, attempts, .. } | State::Expiring { came, attempts, .. },
            Settlement::Undecodable,
        ) => park(came, attempts, ParkReason::Undecodable),
        // The join is due at once, and a released claim is not an attempt.
        (
            State::Running {
                came,
                deadline,
                attempts,
                ..
            },
            Settlement::Released,
        ) => State::Ready {
            came,
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

fn renew(mut state: Option<State>, token: Token, now: Timestamp, policy: &JoinPolicy) -> Outcome {
    match &mut state {
        Some(
            State::Running { holder, lease, .. }
            | State::Expiring {
                holder: Some(holder),
                lease,
                ..
            },
        ) if *holder == token => {
            *lease = now.saturating_add(policy.lease);
            (state, Reply::Recorded)
        }
        _ => (state, Reply::Refused),
    }
}

fn claim_if_due(
    state: Option<State>,
    token: Token,
    mode: ClaimMode,
    now: Timestamp,
    policy: &JoinPolicy,
) -> Outcome {
    let Some(state) = state else {
        return (None, Reply::Absent);
    };
    if let Some(due) = due(&state, mode, policy).filter(|due| now < *due) {
        return (Some(state), Reply::NotDue(due));
    }
    match (state, mode) {
        // A body without the optional inputs has a timeout of its own.
        (State::Open { came, .. }, ClaimMode::Sweep) if policy.is_complete(came) => run(
            came,
            token,
            now.saturating_add(policy.timeout),
            0,
            now,
            policy,
        ),
        (State::Open { came, .. }, _) => expire(came, 0, token, now, policy),
        (
            State::Ready {
                came,
                deadline,
                attempts,
                ..
            },
            _,
        ) if deadline <= now && (attempts > 0 || mode == ClaimMode::Opportunistic) => {
            expire(came, attempts, token, now, policy)
        }
        (State::Running { came, attempts, .. }, _) if is_exhausted(attempts, policy) => (
            Some(park(came, attempts, ParkReason::Attempts)),
            Reply::Parked,
        ),
        (State::Running { came, attempts, .. }, ClaimMode::Opportunistic) => {
            expire(came, attempts, token, now, policy)
        }
        // The body may have outlived its lease and died. Another worker runs it first, even past the deadline.
        (
            State::Ready {
                came,
                deadline,
                attempts,
                ..
            }
            | State::Running {
                came,
                deadline,
                attempts,
                ..
            },
            _,
        ) => run(came, token, deadline, attempts, now, policy),
        (State::Expiring { came, attempts, .. }, _) => expire(came, attempts, token, now, policy),
        (State::Parked { .. }, _) => (Some(state), Reply::Parked),
        (State::Completed { .. } | State::Expired { .. }, _) => (None, Reply::Absent),
    }
}

/// Makes a failed body or a failed delivery due at once, with a new timeout.
fn retry(state: Option<State>, now: Timestamp, policy: &JoinPolicy) -> Outcome {
    let Some(state) = state else {
        return (None, Reply::Absent);
    };
    if let Some(until) = held_until(&state, now) {
        return (Some(state), Reply::Busy(until));
    }
    let next = match state {
        State::Open { came, lists, .. } => {
            return (Some(state), Reply::Waiting(Arrived { came, lists }));
        }
        State::Completed { .. } => return (Some(state), Reply::Completed),
        State::Expired { .. } => return (Some(state), Reply::Expired),
        State::Parked { came, attempts, .. } | State::Expiring { came, attempts, .. }
            if !policy.is_complete(came) =>
        {
            State::Expiring {
                came,
                holder: None,
                lease: now,
                attempts,
            }
        }
        State::Parked { came, .. }
        | State::Expiring { came, .. }
        | State::Ready { came, .. }
        | State::Running { came, .. } => State::Ready {
            came,
            retry_at: now,
            deadline: now.saturating_add(policy.timeout),
            attempts: 0,
        },
    };
    (Some(next), Reply::Recorded)
}

/// Removes a join, even one that has ended.
fn forget(state: Option<State>, now: Timestamp) -> Outcome {
    match state {
        None => (None, Reply::Absent),
        Some(state) => match held_until(&state, now) {
            Some(until) => (Some(state), Reply::Busy(until)),
            None => (None, Reply::Recorded),
        },
    }
}
