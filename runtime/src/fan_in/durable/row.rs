//! A join's [`State`] as columns, without its inputs.

use crate::fan_in::core::state::{Inputs, ParkReason, State, Timestamp, Token};

/// The variants of [`State`], with one for each reason to park.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fan_in) enum Stage {
    Open,
    Running,
    Ready,
    Expiring,
    /// Parked after `max_attempts` failures.
    Exhausted,
    /// Parked because an input cannot be decoded.
    Undecodable,
    Completed,
    Expired,
}

const STAGES: [(Stage, &str); 8] = [
    (Stage::Open, "open"),
    (Stage::Running, "running"),
    (Stage::Ready, "ready"),
    (Stage::Expiring, "expiring"),
    (Stage::Exhausted, "exhausted"),
    (Stage::Undecodable, "undecodable"),
    (Stage::Completed, "completed"),
    (Stage::Expired, "expired"),
];

impl Stage {
    /// Returns the word in the database's column.
    #[cfg(any(feature = "postgres", feature = "sqlite"))] // Redis writes it in its scripts
    pub(in crate::fan_in) fn word(self) -> &'static str {
        let (_, word) = STAGES[self as usize];
        word
    }

    pub(in crate::fan_in) fn of_word(word: &str) -> Option<Self> {
        let (stage, _) = STAGES.iter().find(|(_, other)| *other == word)?;
        Some(*stage)
    }

    #[cfg(any(feature = "redis", feature = "sqlite"))] // PostgreSQL checks it in its statements
    pub(in crate::fan_in) fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Expired)
    }

    #[cfg(feature = "redis")] // the other databases select parked joins in SQL
    pub(in crate::fan_in) fn is_parked(self) -> bool {
        matches!(self, Self::Exhausted | Self::Undecodable)
    }
}

/// Converts a bit set to inputs.
pub(in crate::fan_in) fn inputs_of(bits: u16) -> Inputs {
    let inputs = (0..16).filter(|input| bits & 1 << input != 0);
    inputs.fold(Inputs::default(), Inputs::with)
}

/// Converts inputs to a bit set.
#[cfg(any(feature = "postgres", feature = "redis"))] // SQLite counts the rows of inputs
pub(in crate::fan_in) fn bits_of(inputs: Inputs) -> u16 {
    inputs.iter().fold(0, |bits, input| bits | 1 << input)
}

/// The time in a column that the stage does not use.
#[cfg(feature = "sqlite")]
const UNUSED: Timestamp = Timestamp::from_millis(0);

/// A join's columns. A column that the stage does not use is zero or `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fan_in) struct Row {
    pub(in crate::fan_in) stage: Stage,
    /// The received inputs, while they are stored.
    pub(in crate::fan_in) came: Inputs,
    pub(in crate::fan_in) holder: Option<Token>,
    /// The end of the lease, of the backoff, or of the dedup window.
    pub(in crate::fan_in) until: Timestamp,
    pub(in crate::fan_in) deadline: Timestamp,
    pub(in crate::fan_in) attempts: u32,
}

impl Row {
    /// Converts a state to columns. `all` are the inputs of the declaration.
    #[cfg(feature = "sqlite")] // the other databases write the columns themselves
    pub(in crate::fan_in) fn of(state: &State) -> Self {
        let row = |stage, came, holder, until, deadline, attempts| Self {
            stage,
            came,
            holder,
            until,
            deadline,
            attempts,
        };
        match *state {
            State::Open { came, deadline, .. } => row(Stage::Open, came, None, UNUSED, deadline, 0),
            State::Running {
                came,
                holder,
                lease,
                deadline,
                attempts,
            } => row(
                Stage::Running,
                came,
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
            } => row(Stage::Ready, came, None, retry_at, deadline, attempts),
            State::Expiring {
                came,
                holder,
                lease,
                attempts,
            } => row(Stage::Expiring, came, holder, lease, UNUSED, attempts),
            State::Parked {
                came,
                attempts,
                reason,
            } => {
                let parked = match reason {
                    ParkReason::Attempts => Stage::Exhausted,
                    ParkReason::Undecodable => Stage::Undecodable,
                };
                row(parked, came, None, UNUSED, UNUSED, attempts)
            }
            State::Completed { holder, forget_at } => row(
                Stage::Completed,
                Inputs::default(),
                Some(holder),
                forget_at,
                UNUSED,
                0,
            ),
            State::Expired { holder, forget_at } => row(
                Stage::Expired,
                Inputs::default(),
                Some(holder),
                forget_at,
                UNUSED,
                0,
            ),
        }
    }

    /// Converts columns to a state; `None` for an invalid combination.
    pub(in crate::fan_in) fn state(&self) -> Option<State> {
        let &Self {
            came,
            holder,
            until,
            deadline,
            attempts,
            ..
        } = self;
        let parked = |reason| State::Parked {
            came,
            attempts,
            reason,
        };
        Some(match self.stage {
            Stage::Open => State::open(came.into(), deadline),
            Stage::Running => State::Running {
                came,
                holder: holder?,
                lease: until,
                deadline,
                attempts,
            },
            Stage::Ready => State::Ready {
                came,
                retry_at: until,
                deadline,
                attempts,
            },
            Stage::Expiring => State::Expiring {
                came,
                holder,
                lease: until,
                attempts,
            },
            Stage::Exhausted => parked(ParkReason::Attempts),
            Stage::Undecodable => parked(ParkReason::Undecodable),
            Stage::Completed => State::Completed {
                holder: holder?,
                forget_at: until,
            },
            Stage::Expired => State::Expired {
                holder: holder?,
                forget_at: until,
            },
        })
    }
}
