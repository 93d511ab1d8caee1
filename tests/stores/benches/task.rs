//! The tasks of a process.

use crate::bare::Way;

/// A task in a round; no other round has the same keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Arrive(u32),
    /// Settles what the arrivals have claimed.
    Settle,
    /// Stores the round's inputs in this bare way.
    Keep(Way, u32),
}

impl Task {
    pub(crate) fn to_line(self) -> String {
        match self {
            Self::Arrive(round) => format!("arrive {round}"),
            Self::Settle => "settle".to_owned(),
            Self::Keep(way, round) => format!("keep {way} {round}"),
        }
    }

    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split(' ').collect();
        Some(match words[..] {
            ["arrive", round] => Self::Arrive(round.parse().ok()?),
            ["settle"] => Self::Settle,
            ["keep", way, round] => Self::Keep(way.parse().ok()?, round.parse().ok()?),
            _ => return None,
        })
    }
}
