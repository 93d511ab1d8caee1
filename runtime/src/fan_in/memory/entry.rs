//! The representation of a join in memory.

use super::kept::{Several, When};
use super::lane::APART;
use super::text::Text;
use crate::fan_in::core::state::{State, Timestamp, Token};

/// Holds what every join has.
pub(super) struct Head {
    pub(super) key: Text,
    /// The part of the key's hash that the shard's table uses.
    pub(super) hash: u32,
    /// The join's number in its list.
    pub(super) due: u32,
}

/// Holds a join that has not ended.
pub(super) struct Entry<P> {
    pub(super) head: Head,
    pub(super) body: Body<P>,
}

pub(super) enum Body<P> {
    /// Open with one input, as most joins are. No claim shares the input yet.
    Begun {
        deadline: Timestamp,
        came: When,
        payload: P,
    },
    /// Open with several inputs, running, ready, parked or expiring. The number finds the shard's [`ActiveJoin`].
    ActiveJoin(u32),
}

/// Holds a join that a worker holds or may claim.
pub(super) struct ActiveJoin<P> {
    pub(super) state: State,
    pub(super) retry: u32,
    pub(super) kept: Several<P>,
}

/// Holds the rest of a join that has completed or expired, for the dedup window.
pub(super) struct Ended {
    pub(super) head: Head,
    pub(super) how: How,
}

/// Describes how a join has ended.
#[derive(Clone, Copy)]
pub(super) struct How {
    is_completed: bool,
    /// In halves, because a `u128` would be aligned to 16 bytes.
    holder: [u64; 2],
    pub(super) forget_at: Timestamp,
}

impl Head {
    pub(super) fn new(key: &str, hash: u32) -> Self {
        Self {
            key: Text::new(key),
            hash,
            due: APART,
        }
    }
}

impl How {
    /// Returns `None` if the join has not ended.
    #[expect(clippy::cast_possible_truncation, reason = "two halves of it")]
    pub(super) fn of(state: &State) -> Option<Self> {
        let (is_completed, holder, forget_at) = match *state {
            State::Completed { holder, forget_at } => (true, holder, forget_at),
            State::Expired { holder, forget_at } => (false, holder, forget_at),
            _ => return None,
        };
        Some(Self {
            is_completed,
            holder: [(holder.0 >> 64) as u64, holder.0 as u64],
            forget_at,
        })
    }

    pub(super) fn state(self) -> State {
        let [high, low] = self.holder;
        let holder = Token(u128::from(high) << 64 | u128::from(low));
        let forget_at = self.forget_at;
        if self.is_completed {
            State::Completed { holder, forget_at }
        } else {
            State::Expired { holder, forget_at }
        }
    }
}

pub(super) fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
