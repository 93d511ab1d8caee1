//! The durations of calls, measured in rounds that take turns.

use linked_span_tests::figures::quick;

use crate::calls::{INPUTS, Sharing};
use crate::place::Place;
use crate::processes::{Processes, Took};
use crate::task::Task;

/// A first round, which opens and prepares everything, is not counted.
const ROUNDS: u32 = 12;

pub(crate) struct Measured {
    pub(crate) arrivals: Calls,
    pub(crate) settlements: Calls,
    /// The bare calls of each way.
    pub(crate) bare: Vec<Calls>,
}

/// Calls of the same kind in all rounds.
#[derive(Default)]
pub(crate) struct Calls(Vec<Took>);

pub(crate) fn measure(place: &Place, sharing: Sharing) -> Measured {
    let mut processes = Processes::start(place, sharing);
    let mut measured = Measured {
        arrivals: Calls::default(),
        settlements: Calls::default(),
        bare: place.bare().iter().map(|_| Calls::default()).collect(),
    };
    for round in 0..=ROUNDS {
        let (arrivals, settlements, bare) = turn(place, &mut processes, round);
        if round > 0 {
            measured.arrivals.0.push(arrivals);
            measured.settlements.0.push(settlements);
            for (calls, took) in measured.bare.iter_mut().zip(bare) {
                calls.0.push(took);
            }
        }
    }
    processes.finish();
    measured
}

/// Measures one round of each kind. The bare calls come first in every second round.
fn turn(place: &Place, processes: &mut Processes, round: u32) -> (Took, Took, Vec<Took>) {
    let keep = |processes: &mut Processes| -> Vec<_> {
        let ways = 0..place.bare().len();
        ways.map(|way| processes.tell(Task::Keep(way, round)))
            .collect()
    };
    let is_first = round.is_multiple_of(2);
    let before = is_first.then(|| keep(processes));
    let (arrivals, settlements) = join(processes, place.keys(), round);
    let bare = before.unwrap_or_else(|| keep(processes));
    (arrivals, settlements, bare)
}

/// Makes arrivals, and then the settlements of what they claimed.
pub(crate) fn join(processes: &mut Processes, keys: usize, round: u32) -> (Took, Took) {
    let arrivals = processes.tell(Task::Arrive(round));
    let settlements = processes.tell(Task::Settle);
    assert_eq!(arrivals.each.len(), keys * usize::from(INPUTS));
    assert_eq!(settlements.each.len(), keys, "each key is claimed once");
    (arrivals, settlements)
}

impl Calls {
    /// Returns the microseconds per call, over all processes together.
    pub(crate) fn time(&self) -> f64 {
        let time = |round: &Took| round.all / round.each.len() as f64;
        quick(self.0.iter().map(time))
    }

    /// Returns a percentile in microseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut each: Vec<_> = self.0.iter().flat_map(|round| &round.each).collect();
        each.sort_unstable_by(|left, right| left.total_cmp(right));
        *each[each.len() * percent / 100]
    }
}
