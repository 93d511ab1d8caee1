//! One cell of a table. Its calls run in a separate process, because tracers and subscribers are global.

use std::ops::Range;
use std::time::Instant;

use linked_span::set_link_overflow;
use linked_span_tests::figures::quick;

use crate::events::{EVENTS, Event, events, large_batch};
use crate::peers::{Peer, Who};
use crate::rows::{Row, Work};
use crate::sdk;
use crate::threads::together;

const ROUNDS: usize = 241;
const WARM_UP: usize = 20;

pub(crate) struct Cell {
    row: &'static Row,
    who: Who,
    peer: Box<dyn Peer>,
    events: Vec<Event>,
}

impl Cell {
    pub(crate) fn new(row: &'static Row, who: Who) -> Self {
        Self {
            row,
            who,
            peer: who.install(row.sdk),
            events: match row.work {
                Work::Large(producers, overflow) => {
                    set_link_overflow(overflow);
                    large_batch(producers)
                }
                _ => events(row.with_state),
            },
        }
    }

    /// Makes calls for Callgrind to count, after a warm-up. Returns the number of counted calls.
    ///
    /// # Panics
    ///
    /// If the spans do not have the expected links: a job that does nothing has no figures.
    pub(crate) fn run(&self) -> usize {
        self.round(0);
        self.counted(1..5);
        let calls = self.row.calls_a_round();
        assert_eq!(sdk::links(), 5 * calls * self.row.links_a_call(self.who));
        4 * calls
    }

    /// Callgrind finds this function by its name.
    #[inline(never)]
    fn counted(&self, rounds: Range<usize>) {
        for round in rounds {
            self.round(round);
        }
    }

    /// Returns the nanoseconds per call.
    pub(crate) fn time(&self) -> f64 {
        let rounds = (0..WARM_UP + ROUNDS).map(|round| self.round(round));
        quick(rounds.skip(WARM_UP))
    }

    /// Returns the calls per microsecond of `threads` threads.
    pub(crate) fn throughput(&self, threads: usize) -> f64 {
        // Each thread starts at another event, so that no two threads handle the same event at a time.
        let part = |thread: usize, round: usize| self.calls_of(round + thread);
        let rounds = together(threads, WARM_UP + 4 * ROUNDS, part, || self.peer.finish());
        let microseconds = rounds.iter().map(|round| round.as_secs_f64() * 1e6);
        let calls = threads * self.row.calls_a_round();
        calls as f64 / quick(microseconds.skip(WARM_UP))
    }

    /// Returns the nanoseconds per call in a round.
    fn round(&self, round: usize) -> f64 {
        let begin = Instant::now();
        self.calls_of(round);
        let nanoseconds = begin.elapsed().as_secs_f64() * 1e9;
        self.peer.finish();
        nanoseconds / self.row.calls_a_round() as f64
    }

    fn calls_of(&self, round: usize) {
        let calls = self.row.calls_a_round();
        for number in round * calls..(round + 1) * calls {
            self.call(number);
        }
    }

    fn call(&self, number: usize) -> usize {
        let first = number * self.row.events_a_call() % EVENTS;
        match self.row.work {
            Work::One => self.peer.one(&self.events[first]),
            Work::Polled(polls) => self.peer.polled(&self.events[first], polls),
            Work::Batch(size) => self.peer.batch(&self.events[first..first + size]),
            Work::Extract => self.peer.extract(&self.events[first]),
            Work::Message => self.peer.message(&self.events[first]),
            Work::Large(..) => self.peer.batch(&self.events),
            Work::Messages(size) => self.peer.messages(&self.events[first..first + size]),
        }
    }
}
