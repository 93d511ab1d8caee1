//! The joins that a store has parked.

use super::state::{ParkReason, State};

/// Counts the joins that a store has parked, by reason.
///
/// A store that calls [`transition`](super::state::transition) counts each step:
///
/// ```
/// use linked_span::fan_in::state::{ClaimMode, Inputs, State, Step, transition};
/// use linked_span::fan_in::{JoinPolicy, ParkCounts, Timestamp, Token};
///
/// // The worker of the last attempt has died, so its lease has ended.
/// let (lease, now) = (Timestamp::from_millis(1_000), Timestamp::from_millis(2_000));
/// let running = State::Running {
///     came: Inputs::all(2), holder: Token::random(), lease, deadline: Timestamp::MAX, attempts: 5,
/// };
/// let step = Step::ClaimDue { token: Token::random(), mode: ClaimMode::Sweep };
/// let (parked, _) = transition(Some(running), step, now, &JoinPolicy::new(2).max_attempts(5));
///
/// let mut counts = ParkCounts::default();
/// counts.record(Some(running), parked);
/// counts.record(parked, parked); // another call finds the parked join
/// assert_eq!((counts.attempts, counts.undecodable), (1, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParkCounts {
    /// The number of joins that were parked as [`ParkReason::Attempts`].
    pub attempts: usize,
    /// The number of joins that were parked as [`ParkReason::Undecodable`].
    pub undecodable: usize,
}

impl ParkCounts {
    /// Adds one if a step from one state to the other has parked the join.
    ///
    /// ```
    /// use linked_span::fan_in::ParkCounts;
    /// use linked_span::fan_in::state::{Inputs, ParkReason, State};
    ///
    /// # let (came, lease) = (Inputs::all(2), linked_span::fan_in::Timestamp::MAX);
    /// # let running = State::Running { came, holder: linked_span::fan_in::Token(1), lease, deadline: lease, attempts: 1 };
    /// let parked = State::Parked { came, attempts: 1, reason: ParkReason::Undecodable };
    /// let mut counts = ParkCounts::default();
    /// counts.record(Some(running), Some(parked));
    /// assert_eq!(counts.undecodable, 1);
    /// ```
    pub const fn record(&mut self, before: Option<State>, after: Option<State>) {
        let was_parked = matches!(before, Some(State::Parked { .. }));
        if let (false, Some(State::Parked { reason, .. })) = (was_parked, after) {
            match reason {
                ParkReason::Attempts => self.attempts += 1,
                ParkReason::Undecodable => self.undecodable += 1,
            }
        }
    }
}
