//! The job of a child process. It runs this program again, so that nothing that another job has installed affects it.

use crate::cell::Cell;
use crate::joins::{self, Store, Times};
use crate::peers::Who;
use crate::rows::Row;

/// A job, which the child process reads from its arguments.
pub(crate) enum Job {
    /// Calls for Callgrind to count; the figure is their number.
    Run(&'static Row, Who),
    /// Nanoseconds per call.
    Time(&'static Row, Who),
    /// Calls per microsecond with this number of threads.
    Throughput(&'static Row, Who, usize),
    /// Arrivals with this number of open joins, for Callgrind.
    RunJoins(Store, usize),
    /// Nanoseconds to open, to complete and to settle, with this number of steps each.
    TimeJoins(Store, usize, usize),
    /// Bytes per open join.
    Bytes(Store, usize),
}

impl Job {
    pub(crate) fn to_words(&self) -> Vec<String> {
        let words = |words: &[&dyn ToString]| words.iter().map(|word| word.to_string()).collect();
        match self {
            Self::Run(row, who) => words(&[&"run", &row.title, &who.title()]),
            Self::Time(row, who) => words(&[&"time", &row.title, &who.title()]),
            Self::Throughput(row, who, threads) => {
                words(&[&"throughput", &row.title, &who.title(), threads])
            }
            Self::RunJoins(store, open) => words(&[&"run joins", &store.title(), open]),
            Self::TimeJoins(store, open, steps) => {
                words(&[&"time joins", &store.title(), open, steps])
            }
            Self::Bytes(store, open) => words(&[&"bytes", &store.title(), open]),
        }
    }

    pub(crate) fn from_words(words: &[&str]) -> Option<Self> {
        Some(match *words {
            ["run", row, who] => Self::Run(Row::called(row)?, Who::called(who)?),
            ["time", row, who] => Self::Time(Row::called(row)?, Who::called(who)?),
            ["throughput", row, who, threads] => {
                Self::Throughput(Row::called(row)?, Who::called(who)?, threads.parse().ok()?)
            }
            ["run joins", store, open] => Self::RunJoins(Store::called(store)?, open.parse().ok()?),
            ["time joins", store, open, steps] => Self::TimeJoins(
                Store::called(store)?,
                open.parse().ok()?,
                steps.parse().ok()?,
            ),
            ["bytes", store, open] => Self::Bytes(Store::called(store)?, open.parse().ok()?),
            _ => return None,
        })
    }

    /// Runs the job in this process, and returns the figures.
    pub(crate) fn work(&self) -> Vec<f64> {
        match *self {
            Self::Run(row, who) => vec![Cell::new(row, who).run() as f64],
            Self::Time(row, who) => vec![Cell::new(row, who).time()],
            Self::Throughput(row, who, threads) => {
                vec![Cell::new(row, who).throughput(threads)]
            }
            Self::RunJoins(store, open) => vec![joins::run(store, open) as f64],
            Self::TimeJoins(store, open, steps) => {
                let Times {
                    open,
                    complete,
                    settle,
                } = joins::times(store, open, steps);
                vec![open, complete, settle]
            }
            Self::Bytes(store, open) => vec![joins::bytes(store, open) as f64],
        }
    }
}
