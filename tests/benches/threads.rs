//! Threads that do the same at the same time.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// Lets each of the threads do each of the rounds, and returns what each round has taken, from its first thread's begin
/// to its last one's end: where the machine had no room for all at once, that is long.
pub(crate) fn together(
    threads: usize,
    rounds: usize,
    part: impl Fn(usize, usize) + Sync,
    afterwards: impl Fn() + Sync,
) -> Vec<Duration> {
    let ready = AtomicUsize::new(0);
    let work = |thread: usize| -> Vec<[Instant; 2]> {
        let rounds = (0..rounds).map(|round| {
            // Asleep, it would take as long to wake up as some rounds take; and threads that yield share one processor.
            ready.fetch_add(1, Ordering::AcqRel);
            while ready.load(Ordering::Acquire) < (round + 1) * threads {
                hint::spin_loop();
            }
            let begin = Instant::now();
            part(thread, round);
            let end = Instant::now();
            afterwards();
            [begin, end]
        });
        rounds.collect()
    };
    let times: Vec<Vec<[Instant; 2]>> = thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        let times = workers.into_iter().map(ScopedJoinHandle::join);
        times.map(|times| times.expect("no panic")).collect()
    });
    (0..rounds)
        .filter_map(|round| {
            let begin = times.iter().map(|times| times[round][0]).min()?;
            let end = times.iter().map(|times| times[round][1]).max()?;
            Some(end - begin)
        })
        .collect()
}
