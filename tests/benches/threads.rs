//! Threads that do the same at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// Lets each of the threads do each of the rounds, and returns how long the slowest has taken: only then have they all
/// been at it at the same time, whatever else the machine had to do.
pub(crate) fn together(
    threads: usize,
    rounds: usize,
    part: impl Fn(usize, usize) -> f64 + Sync,
) -> Vec<f64> {
    let begun = AtomicUsize::new(0);
    let work = |thread: usize| -> Vec<f64> {
        let rounds = (0..rounds).map(|round| {
            // A sleeping thread would take as long to wake up as some rounds take.
            begun.fetch_add(1, Ordering::AcqRel);
            while begun.load(Ordering::Acquire) < (round + 1) * threads {
                thread::yield_now();
            }
            part(thread, round)
        });
        rounds.collect()
    };
    let taken: Vec<Vec<f64>> = thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        let taken = workers.into_iter().map(ScopedJoinHandle::join);
        taken.map(|taken| taken.expect("no panic")).collect()
    });
    (0..rounds)
        .map(|round| taken.iter().map(|taken| taken[round]).fold(0.0, f64::max))
        .collect()
}
