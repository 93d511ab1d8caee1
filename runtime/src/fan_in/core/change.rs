//! What a holder or an operator has a store do to a join.

use super::state::{Settlement, Step, Token};

/// A change of one join, which a store [applies](super::store::Store::apply).
///
/// ```
/// use linked_span::fan_in::state::Step;
/// use linked_span::fan_in::Change;
///
/// assert_eq!(Step::from(Change::Retry), Step::Retry); // what the state machine takes
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The holder has ended its work. It is recorded if the token still holds the join.
    Settle {
        /// The holder's token.
        token: Token,
        /// How the work ended.
        settlement: Settlement,
    },
    /// The holder needs another lease. It is recorded if the token still holds the join.
    Renew {
        /// The holder's token.
        token: Token,
    },
    /// An operator has what failed run again at once, with all its time and as if for the first time.
    ///
    /// That is the body, or the delivery of an incomplete join. It is recorded unless nothing has failed, or a worker
    /// holds the join.
    Retry,
    /// An operator removes the join with its inputs, or the memory of one that has ended.
    ///
    /// It is recorded unless there is no such join, or a worker holds it.
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
