//! Threads that do the same work at the same time.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// Makes each thread do each round. Returns the duration of each round, from its first thread's start to its last
/// thread's end.
///
/// If the machine could not run all threads at once, a round takes long.
pub(crate) fn together(
    threads: usize,
    rounds: usize,
    part: impl Fn(usize, usize) + Sync,
    afterwards: impl Fn() + Sync,
) -> Vec<Duration> {
    let ready = AtomicUsize::new(0);
    let work = |thread: usize| -> Vec<[Instant; 2]> {
        let rounds = (0..rounds).map(|round| {
            // A sleeping thread takes as long to wake as some rounds take, and yielding threads share one processor.
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
