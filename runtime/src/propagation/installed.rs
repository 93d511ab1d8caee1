//! The propagator that the program has installed.
//!
//! OpenTelemetry keeps it behind a lock that all threads share. A thread therefore asks for it at most once in a
//! millisecond, as it does for the tracer provider.

use std::cell::Cell;

use opentelemetry::global;
use opentelemetry::propagation::TextMapPropagator;

use super::recognized::{self, Recognized};
use crate::support::clock::{self, CacheWindow, Instant};
use crate::support::generation;
use crate::support::shield::shielded;

/// How contexts are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// By the crate's own reader and writer.
    W3c { baggage: bool },
    /// By the installed propagator.
    Foreign,
}

#[derive(Clone, Copy)]
struct Answer {
    window: CacheWindow,
    generation: u64,
    propagation: Propagation,
}

thread_local! {
    static ANSWER: Cell<Option<Answer>> = const { Cell::new(None) };
    /// What is read of the events that a handler collects, and how.
    static COLLECTING: Cell<Option<Collecting>> = const { Cell::new(None) };
}

/// What is read of the carriers of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    /// Where no span is made, so that nothing is allocated for a context without baggage.
    Baggage,
}

#[derive(Clone, Copy)]
pub(super) struct Collecting {
    pub(super) propagation: Propagation,
    pub(super) part: Part,
}

/// Restores what was collected before, after a panic too.
struct Restore(Option<Collecting>);

impl Restore {
    #[inline]
    fn after(collecting: Collecting) -> Self {
        Self(COLLECTING.replace(Some(collecting)))
    }
}

impl Drop for Restore {
    #[inline]
    fn drop(&mut self) {
        COLLECTING.set(self.0);
    }
}

/// Installs the program's propagator: OpenTelemetry's [`global::set_text_map_propagator`], seen by every thread at once.
///
/// ```
/// use opentelemetry::propagation::TextMapCompositePropagator;
/// use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
///
/// linked_span::set_text_map_propagator(TextMapCompositePropagator::new(vec![
///     Box::new(TraceContextPropagator::new()),
///     Box::new(BaggagePropagator::new()),
/// ]));
/// ```
///
/// A propagator that was given to OpenTelemetry itself is seen too. A thread that has just used another one sees it
/// after a millisecond at the latest.
pub fn set_text_map_propagator<P>(propagator: P)
where
    P: TextMapPropagator + Send + Sync + 'static,
{
    global::set_text_map_propagator(propagator);
    generation::advance();
}

/// Reads a handler's events. Each of them would read the clock to find out whether to ask for the propagator.
#[inline]
pub(crate) fn reading<R>(propagation: Propagation, part: Part, read: impl FnOnce() -> R) -> R {
    let _restore = Restore::after(Collecting { propagation, part });
    read()
}

/// The part that this crate's carriers have to read.
#[inline]
pub(crate) fn part() -> Part {
    COLLECTING
        .get()
        .map_or(Part::All, |collecting| collecting.part)
}

pub(crate) fn propagation() -> Propagation {
    collecting().propagation
}

#[inline]
pub(super) fn collecting() -> Collecting {
    COLLECTING.get().unwrap_or_else(|| Collecting {
        propagation: propagation_at(clock::now()),
        part: Part::All,
    })
}

pub(crate) fn propagation_at(now: Instant) -> Propagation {
    let generation = generation::current();
    match ANSWER.get() {
        Some(answer) if answer.generation == generation && !answer.window.is_over(now) => {
            answer.propagation
        }
        _ => ask(now, generation),
    }
}

#[cold]
fn ask(now: Instant, generation: u64) -> Propagation {
    let answer = |propagation| {
        ANSWER.set(Some(Answer {
            window: CacheWindow::from(now),
            generation,
            propagation,
        }));
        propagation
    };
    // To a propagator that handles an event while it is asked.
    answer(Propagation::Foreign);
    let recognized = shielded(|| global::get_text_map_propagator(recognized::recognize));
    // A propagator that panics is the user's.
    answer(match recognized.flatten() {
        // OpenTelemetry would read nothing.
        Some(Recognized::None) => Propagation::W3c { baggage: true },
        Some(Recognized::W3c { baggage }) => Propagation::W3c { baggage },
        None => Propagation::Foreign,
    })
}
