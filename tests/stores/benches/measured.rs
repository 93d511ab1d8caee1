//! What calls take, in rounds that take turns.

use linked_span_tests::figures::quick;

use crate::calls::{INPUTS, Sharing};
use crate::place::Place;
use crate::processes::{Processes, Took};
use crate::task::Task;

/// Beside a first one in which everything is opened and prepared.
const ROUNDS: u32 = 12;

pub(crate) struct Measured {
    pub(crate) arrivals: Calls,
    pub(crate) settlements: Calls,
    /// None of what is no database.
    pub(crate) bare: Calls,
}

/// Of the same kind, in all rounds.
#[derive(Default)]
pub(crate) struct Calls(Vec<Took>);

pub(crate) fn measure(place: &Place, sharing: Sharing) -> Measured {
    let mut processes = Processes::start(place, sharing);
    let mut measured = Measured {
        arrivals: Calls::default(),
        settlements: Calls::default(),
        bare: Calls::default(),
    };
    for round in 0..=ROUNDS {
        let [arrivals, settlements, bare] = turn(place, &mut processes, round);
        if round > 0 {
            measured.arrivals.0.extend(arrivals);
            measured.settlements.0.extend(settlements);
            measured.bare.0.extend(bare);
        }
    }
    processes.finish();
    measured
}

/// One of each, where what is bare comes first every second time.
fn turn(place: &Place, processes: &mut Processes, round: u32) -> [Option<Took>; 3] {
    let keep = |processes: &mut Processes| processes.tell(Task::Keep(round));
    let is_database = place.bare().is_some();
    let is_first = round.is_multiple_of(2);
    let before = (is_database && is_first).then(|| keep(processes));
    let (arrivals, settlements) = join(processes, place.keys(), round);
    let after = (is_database && !is_first).then(|| keep(processes));
    [Some(arrivals), Some(settlements), before.or(after)]
}

/// Arrivals, and then the settlements of what they have claimed.
pub(crate) fn join(processes: &mut Processes, keys: usize, round: u32) -> (Took, Took) {
    let arrivals = processes.tell(Task::Arrive(round));
    let settlements = processes.tell(Task::Settle);
    assert_eq!(arrivals.each.len(), keys * usize::from(INPUTS));
    assert_eq!(settlements.each.len(), keys, "each key is claimed once");
    (arrivals, settlements)
}

impl Calls {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The microseconds in which one more was done, by all processes together.
    pub(crate) fn time(&self) -> f64 {
        let time = |round: &Took| round.all / round.each.len() as f64;
        quick(self.0.iter().map(time))
    }

    /// The microseconds that so many percent have stayed below.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut each: Vec<_> = self.0.iter().flat_map(|round| &round.each).collect();
        each.sort_unstable_by(|left, right| left.total_cmp(right));
        *each[each.len() * percent / 100]
    }
}
