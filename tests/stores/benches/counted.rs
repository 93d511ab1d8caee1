//! Counts of a server's statements and round trips.

use std::ops::Range;

use crate::calls::Sharing;
use crate::measured::join;
use crate::place::{Asked, Place};
use crate::processes::Processes;

const ALONE: Sharing = Sharing {
    processes: 1,
    at_once: 1,
};

/// No other measurement uses these rounds, so their keys are new.
const ROUNDS: Range<u32> = 1_000..1_002;

/// Returns the average of an arrival or a settlement; `None` without a server.
///
/// It includes what a process asks once.
pub(crate) async fn count(place: &Place) -> Option<Asked> {
    let before = place.asked().await?;
    let mut processes = Processes::start(place, ALONE);
    let mut calls = 0;
    for round in ROUNDS {
        let (arrivals, settlements) = join(&mut processes, place.keys(), round);
        calls += arrivals.each.len() + settlements.each.len();
    }
    processes.finish();
    let after = place.asked().await?;
    let of_a_call = |before: f64, after: f64| (after - before) / calls as f64;
    Some(Asked {
        trips: of_a_call(before.trips, after.trips),
        inside: of_a_call(before.inside, after.inside),
    })
}
