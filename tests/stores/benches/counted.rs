//! What a server counts of what it is asked.

use std::ops::Range;

use crate::calls::Sharing;
use crate::measured::join;
use crate::place::{Asked, Place};
use crate::processes::Processes;

const ALONE: Sharing = Sharing {
    processes: 1,
    at_once: 1,
};

/// Whose keys are no others'.
const ROUNDS: Range<u32> = 1_000..1_002;

/// Of an arrival or a settlement, on the average; `None` of what is no server. What a process asks once is a part of it.
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
