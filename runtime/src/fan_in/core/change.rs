//! Changes of one join by a holder or an operator.

use super::state::{Settlement, Step, Token};

/// Describes a change of one join, which a store [applies](super::store::Store::apply).
///
/// ```
/// use linked_span::fan_in::state::Step;
/// use linked_span::fan_in::Change;
///
/// assert_eq!(Step::from(Change::Retry), Step::Retry); // the same step of the state machine
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The holder has ended its work. The store records this if the token still holds the join.
    Settle {
        /// The holder's token.
        token: Token,
        /// The result of the work.
        settlement: Settlement,
    },
    /// The holder needs another lease. The store records this if the token still holds the join.
    Renew {
        /// The holder's token.
        token: Token,
    },
    /// An operator retries a failed join at once, with a new timeout and no attempts.
    ///
    /// The next arrival or sweep runs the body, or delivers an incomplete join. The store rejects the change if nothing
    /// has failed, or if a worker holds the join.
    Retry,
    /// An operator removes the join with its inputs, or the record of one that has ended.
    ///
    /// The store rejects the change if the join does not exist, or if a worker holds it.
    Forget,
}

impl From<Change> for Step {
    fn from(change: Change) -> Self {
        match change {
            Change::Settle { token, settlement } => Self::Settle { token, settlement },
            Change::Renew { token } => Self::Renew { token },
            Change::Retry => Self::Retry,
            Change::Forget => Self::Forget,
        }
    }
}
