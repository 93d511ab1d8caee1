//! When a join is due.

use crate::fan_in::core::state::{ClaimMode, JoinPolicy, State, Timestamp, due};

/// The time when a join is due, which also decides about the queue that has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Schedule {
    /// The join is open and misses an input that is not optional. It is due at its deadline.
    Open(Timestamp),
    /// The join waits for a worker with all its inputs, for an optional input, or after a failed delivery.
    ///
    /// A sweep may claim it earlier than an arrival may.
    Unheld {
        sweep: Timestamp,
        arrival: Timestamp,
    },
    /// The join has completed or expired, and the store forgets it at this time.
    Ended(Timestamp),
    /// The join is parked, or a worker holds it. In memory a claim does not end by itself.
    Never,
}

impl Schedule {
    pub(super) fn of(state: &State, policy: &JoinPolicy) -> Self {
        match *state {
            State::Open { came, deadline, .. } if !policy.is_complete(came) => Self::Open(deadline),
            State::Open { .. } | State::Ready { .. } | State::Expiring { holder: None, .. } => {
                let at = |mode| due(state, mode, policy).unwrap_or(Timestamp::MAX);
                Self::Unheld {
                    sweep: at(ClaimMode::Sweep),
                    arrival: at(ClaimMode::Opportunistic),
                }
            }
            State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => {
                Self::Ended(forget_at)
            }
            State::Running { .. } | State::Expiring { .. } | State::Parked { .. } => Self::Never,
        }
    }

    /// Returns `true` if the store no longer remembers the join.
    pub(super) fn is_forgotten(self, now: Timestamp) -> bool {
        matches!(self, Self::Ended(forget_at) if forget_at <= now)
    }
}
