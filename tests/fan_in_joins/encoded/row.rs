//! A join as a row of bytes: the columns of a [`State`], and the inputs.

use linked_span::fan_in::state::State;
use linked_span::fan_in::{Inputs, JoinPolicy, ParkReason, Timestamp, Token};
use linked_span_tests::at;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, Serialize)]
pub(super) struct Row {
    stage: Stage,
    /// When the join began; after its end, when it ended. All times are in milliseconds.
    since: u64,
    holder: Option<u128>,
    /// When the lease, the backoff or the dedup window ends.
    until: u64,
    deadline: u64,
    attempts: u32,
    /// The inputs by position; the positions that are filled are the received inputs.
    pub(super) inputs: Vec<Option<Kept>>,
}

/// A stored input.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Kept {
    at: u64,
    pub(super) payload: Vec<u8>,
}

impl Kept {
    pub(super) fn new(now: Timestamp, payload: Vec<u8>) -> Self {
        let at = now.as_millis();
        Self { at, payload }
    }

    pub(super) fn at(&self) -> Timestamp {
        at(self.at)
    }
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Serialize)]
enum Stage {
    #[default]
    Absent,
    Open,
    Running,
    Ready,
    Exhausted,
    Undecodable,
    Expiring,
    Completed,
    Expired,
}

impl Stage {
    fn of(state: &State) -> Self {
        match state {
            State::Open { .. } => Self::Open,
            State::Running { .. } => Self::Running,
            State::Ready { .. } => Self::Ready,
            State::Parked { reason, .. } => match reason {
                ParkReason::Attempts => Self::Exhausted,
                ParkReason::Undecodable => Self::Undecodable,
            },
            State::Expiring { .. } => Self::Expiring,
            State::Completed { .. } => Self::Completed,
            State::Expired { .. } => Self::Expired,
            _ => unreachable!("this store writes no such state"),
        }
    }

    fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Expired)
    }

    fn is_there(self) -> bool {
        self != Self::Absent && !self.has_ended()
    }
}

impl Row {
    pub(super) fn of(bytes: &[u8]) -> Self {
        postcard::from_bytes(bytes).expect("a row")
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("bytes")
    }

    pub(super) fn state(&self) -> State {
        let (came, deadline, attempts) = (self.came(), at(self.deadline), self.attempts);
        let [lease, retry_at, forget_at] = [at(self.until); 3];
        let holder = || Token(self.holder.expect("a holder"));
        let parked = |reason| State::Parked {
            came,
            attempts,
            reason,
        };
        match self.stage {
            Stage::Absent => unreachable!("no row is written for it"),
            Stage::Open => State::open(came.into(), deadline),
            Stage::Running => State::Running {
                came: self.all(),
                holder: holder(),
                lease,
                deadline,
                attempts,
            },
            Stage::Ready => State::Ready {
                came: self.all(),
                retry_at,
                deadline,
                attempts,
            },
            Stage::Exhausted => parked(ParkReason::Attempts),
            Stage::Undecodable => parked(ParkReason::Undecodable),
            Stage::Expiring => State::Expiring {
                came,
                holder: self.holder.map(Token),
                lease,
                attempts,
            },
            Stage::Completed => State::Completed {
                holder: holder(),
                forget_at,
            },
            Stage::Expired => State::Expired {
                holder: holder(),
                forget_at,
            },
        }
    }

    fn all(&self) -> Inputs {
        Inputs::all(u8::try_from(self.inputs.len()).expect("at most twelve inputs"))
    }

    pub(super) fn since(&self) -> Timestamp {
        at(self.since)
    }

    fn came(&self) -> Inputs {
        let came = |inputs: Inputs, (input, kept): (u8, &Option<Kept>)| match kept {
            Some(_) => inputs.with(input),
            None => inputs,
        };
        (0..).zip(&self.inputs).fold(Inputs::default(), came)
    }

    /// Returns the row in its next state. It keeps the inputs as long as a claim can need them.
    pub(super) fn with(self, state: State, now: Timestamp, rules: &JoinPolicy) -> Self {
        let is = Stage::of(&state);
        let goes_on = is == self.stage || self.stage.is_there() && !is.has_ended();
        let mut row = Self {
            stage: is,
            since: if goes_on { self.since } else { now.as_millis() },
            inputs: self.inputs,
            ..Self::default()
        };
        if is.has_ended() {
            row.inputs.clear();
        }
        row.inputs.resize_with(rules.inputs.into(), || None);
        match state {
            State::Open { deadline, .. } => row.deadline = deadline.as_millis(),
            State::Running {
                holder,
                lease,
                deadline,
                attempts,
                ..
            } => {
                row.holder = Some(holder.0);
                row.until = lease.as_millis();
                row.deadline = deadline.as_millis();
                row.attempts = attempts;
            }
            State::Ready {
                retry_at,
                deadline,
                attempts,
                ..
            } => {
                row.until = retry_at.as_millis();
                row.deadline = deadline.as_millis();
                row.attempts = attempts;
            }
            State::Parked { attempts, .. } => row.attempts = attempts,
            State::Expiring {
                holder,
                lease,
                attempts,
                ..
            } => {
                row.holder = holder.map(|holder| holder.0);
                row.until = lease.as_millis();
                row.attempts = attempts;
            }
            State::Completed { holder, forget_at } | State::Expired { holder, forget_at } => {
                row.holder = Some(holder.0);
                row.until = forget_at.as_millis();
            }
            _ => unreachable!("this store writes no such state"),
        }
        row
    }
}
