//! What a process is told to do.

use crate::bare::Way;

/// In a round, each of whose keys are its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Arrive(u32),
    /// What has been claimed by the arrivals.
    Settle,
    /// What arrives in that round is kept in this way, and no more.
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
