//! The installed propagator, cached per thread.
//!
//! OpenTelemetry keeps the propagator behind a lock that all threads share. So each thread re-checks it at most once per
//! millisecond, as it does for the tracer provider.

use std::cell::Cell;

use opentelemetry::global;
use opentelemetry::propagation::TextMapPropagator;

use super::sdk_propagators::{self, KnownPropagator};
use crate::support::clock::{self, CacheWindow, Instant};
use crate::support::generation;
use crate::support::shield::shielded;

/// Selects the code that reads and writes contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// The crate's own reader and writer.
    W3c {
        /// `true` if baggage is read and written too.
        baggage: bool,
    },
    /// The installed propagator.
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
    /// How a handler reads its events; set while it collects them.
    static COLLECTING: Cell<Option<Collecting>> = const { Cell::new(None) };
}

/// The part of an origin that `Message::headers` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    /// While a function of the user describes a message to a handler without a span.
    Baggage,
}

#[derive(Clone, Copy)]
struct Collecting {
    propagation: Propagation,
    part: Part,
}

/// Restores the previous value of `COLLECTING`, also after a panic.
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

/// Installs the global propagator, which every thread uses at once.
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
/// This calls OpenTelemetry's [`global::set_text_map_propagator`]. If you call that function directly, threads notice the new
/// propagator within a millisecond.
pub fn set_text_map_propagator<P>(propagator: P)
where
    P: TextMapPropagator + Send + Sync + 'static,
{
    global::set_text_map_propagator(propagator);
    generation::advance();
}

/// Runs `read` with a fixed propagation, so that the events of a handler do not each read the clock.
#[inline]
pub(crate) fn reading<R>(propagation: Propagation, part: Part, read: impl FnOnce() -> R) -> R {
    let _restore = Restore::after(Collecting { propagation, part });
    read()
}

/// Returns the part that `Message::headers` must read.
#[inline]
pub(crate) fn part() -> Part {
    COLLECTING
        .get()
        .map_or(Part::All, |collecting| collecting.part)
}

#[inline]
pub(crate) fn propagation() -> Propagation {
    match COLLECTING.get() {
        Some(collecting) => collecting.propagation,
        None => propagation_now(),
    }
}

#[cold]
fn propagation_now() -> Propagation {
    propagation_at(clock::now())
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
    // Set before the call: the propagator is user code, and may itself call a handler, which would recurse into here.
    answer(Propagation::Foreign);
    let recognized = shielded(|| global::get_text_map_propagator(sdk_propagators::recognize));
    // A propagator that panicked is not the SDK's.
    answer(match recognized.flatten() {
        // Without a propagator, OpenTelemetry reads nothing; the crate reads the W3C's fields.
        Some(KnownPropagator::None) => Propagation::W3c { baggage: true },
        Some(KnownPropagator::W3c { baggage }) => Propagation::W3c { baggage },
        None => Propagation::Foreign,
    })
}
