//! Distinguishes OpenTelemetry's own W3C propagators from a user's.
//!
//! This crate's reader replaces the SDK's propagators, because it is stricter and faster. It must not replace a user's
//! propagator, which may do more than its `fields()` show: reject foreign contexts, or add a member to `tracestate`.
//! A `dyn TextMapPropagator` has no type to compare with, and this crate does not depend on the SDK. So a propagator counts
//! as the SDK's only if all of these hold:
//!
//! 1. `fields()` are the W3C's, or empty.
//! 2. The `Debug` text is the SDK's. A wrapper's text contains the wrapper's name.
//! 3. The size is the SDK's. A propagator with a configuration has another size.
//! 4. It reads and writes sample contexts as the SDK does, and reads no other field. This detects a user's type with the
//!    SDK's name.
//!
//! A mismatch costs only speed and strictness, because the installed propagator is then called. A user's propagator passes
//! all four only if it copies the SDK's `Debug` text and differs only for contexts unlike the samples.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::baggage::{Baggage, BaggageExt};
use opentelemetry::propagation::{
    Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};

use super::w3c::baggage::BAGGAGE;
use super::w3c::traceparent::{self, TRACEPARENT};
use super::w3c::tracestate::TRACESTATE;

/// A propagator of OpenTelemetry that this crate's reader may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KnownPropagator {
    /// The API's no-op propagator, which is also the global default.
    None,
    /// The SDK's trace context propagator, alone or in a composite with the SDK's baggage propagator.
    W3c { baggage: bool },
}

/// Returns `None` for any other propagator, which must be called.
pub(super) fn recognize(propagator: &dyn TextMapPropagator) -> Option<KnownPropagator> {
    let is_w3c = |field| [TRACEPARENT, TRACESTATE, BAGGAGE].contains(&field);
    // The cheapest check goes first: it excludes B3 and X-Ray.
    if !propagator.fields().all(is_w3c) {
        return None;
    }
    let last = LAST.load();
    if let Some(known) = last.filter(|known| known.is(propagator)) {
        return Some(known.recognized);
    }
    let text = debug_text(propagator)?;
    let (recognized, size) = described(&text)?;
    if size_of_val(propagator) != size || !behaves_as(propagator, recognized) {
        return None;
    }
    LAST.store(Known {
        recognized,
        text,
        place: Place::of(propagator),
    });
    Some(recognized)
}

/// The propagator recognized last, so that other threads do not repeat the samples.
static LAST: Last = Last(Mutex::new(None));

struct Last(Mutex<Option<Arc<Known>>>);

impl Last {
    /// Returns a clone, so that no lock is held while the propagator runs.
    fn load(&self) -> Option<Arc<Known>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    fn store(&self, known: Known) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Arc::new(known));
    }
}

struct Known {
    recognized: KnownPropagator,
    text: String,
    place: Place,
}

impl Known {
    fn is(&self, propagator: &dyn TextMapPropagator) -> bool {
        let mut text = SameText(&self.text);
        self.place == Place::of(propagator)
            && write!(text, "{propagator:?}").is_ok()
            && text.0.is_empty()
    }
}

/// The addresses of a propagator and its fields, and its size.
///
/// Another propagator with the same `Debug` text has another address, because it exists before this one is dropped.
#[derive(PartialEq, Eq)]
struct Place {
    propagator: usize,
    size: usize,
    fields: Option<usize>,
}

impl Place {
    fn of(propagator: &dyn TextMapPropagator) -> Self {
        let first = propagator.fields().next();
        Self {
            propagator: ptr::from_ref(propagator).addr(),
            size: size_of_val(propagator),
            fields: first.map(|field| field.as_ptr().addr()),
        }
    }
}

/// Compares formatted text with an expected text, without an allocation.
struct SameText<'a>(&'a str);

impl Write for SameText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// Longer than the `Debug` text of a composite of ten propagators; longer texts are cut off to bound the time.
const LONGEST_TEXT: usize = 1024;

fn debug_text(propagator: &dyn TextMapPropagator) -> Option<String> {
    struct Bounded(String);
    impl Write for Bounded {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            if self.0.len() + text.len() > LONGEST_TEXT {
                return Err(fmt::Error);
            }
            self.0.push_str(text);
            Ok(())
        }
    }
    let mut text = Bounded(String::new());
    write!(text, "{propagator:?}").ok()?;
    Some(text.0)
}

fn behaves_as(propagator: &dyn TextMapPropagator, recognized: KnownPropagator) -> bool {
    let KnownPropagator::W3c { baggage } = recognized else {
        return does_nothing(propagator);
    };
    let samples = [
        (TraceFlags::SAMPLED, ""),
        (TraceFlags::SAMPLED, "a=1,b@c=2"),
        (TraceFlags::NOT_SAMPLED, ""),
        (TraceFlags::NOT_SAMPLED, "a=1,b@c=2"),
    ];
    samples
        .iter()
        .all(|(flags, state)| reads_and_writes(propagator, baggage, *flags, state))
}

/// Returns the propagator with this `Debug` text, and its size.
fn described(text: &str) -> Option<(KnownPropagator, usize)> {
    match text {
        "NoopTextMapPropagator { _private: () }" => Some((KnownPropagator::None, 0)),
        TRACE_CONTEXT => Some((KnownPropagator::W3c { baggage: false }, 0)),
        _ => {
            let mut found = Found::default();
            let rest = composite(text, &mut found)?;
            let baggage = found.baggage;
            (rest.is_empty() && found.trace_context).then_some((
                KnownPropagator::W3c { baggage },
                size_of::<TextMapCompositePropagator>(),
            ))
        }
    }
}

const TRACE_CONTEXT: &str = "TraceContextPropagator { _private: () }";
const BAGGAGE_ALONE: &str = "BaggagePropagator { _private: () }";

#[derive(Default)]
struct Found {
    trace_context: bool,
    baggage: bool,
}

/// Returns the text after a composite of the SDK's propagators.
fn composite<'a>(text: &'a str, found: &mut Found) -> Option<&'a str> {
    let mut rest = text.strip_prefix("TextMapCompositePropagator { propagators: [")?;
    loop {
        rest = if let Some(rest) = rest.strip_prefix(TRACE_CONTEXT) {
            found.trace_context = true;
            rest
        } else if let Some(rest) = rest.strip_prefix(BAGGAGE_ALONE) {
            found.baggage = true;
            rest
        } else {
            composite(rest, found)?
        };
        match rest.strip_prefix(", ") {
            Some(next) => rest = next,
            None => break,
        }
    }
    // `recognize` checked the fields with `fields()`; here their order is that of a hash set.
    let fields = rest.strip_prefix("], fields: [")?;
    let (_, rest) = fields.split_once("] }")?;
    Some(rest)
}

/// Returns `true` if the propagator reads no field and writes none.
fn does_nothing(propagator: &dyn TextMapPropagator) -> bool {
    let (carrier, mut written) = (Sample::default(), Sample::default());
    propagator.extract_with_context(&Context::new(), &carrier);
    propagator.inject_context(&sample(TraceFlags::SAMPLED, "", true), &mut written);
    carrier.asked.borrow().is_empty() && written.fields.is_empty()
}

/// Returns `true` if the propagator reads and writes a sample as the SDK does, with and without a span.
fn reads_and_writes(
    propagator: &dyn TextMapPropagator,
    with_baggage: bool,
    flags: TraceFlags,
    state: &str,
) -> bool {
    let context = sample(flags, state, with_baggage);
    let mut carrier = Sample::default();
    propagator.inject_context(&context, &mut carrier);
    let mut expected = vec![(
        TRACEPARENT,
        traceparent::write(context.span().span_context()),
    )];
    expected.push((TRACESTATE, state.to_owned()));
    if with_baggage {
        expected.push((BAGGAGE, context.baggage().to_string()));
    }
    if !carrier.is(&expected) {
        return false;
    }
    let read = propagator.extract_with_context(&Context::new(), &carrier);
    let asked = carrier.asked.borrow();
    let is_known = |name: &String| expected.iter().any(|(known, _)| known == name);
    let mut without_span = Sample::default();
    propagator.inject_context(&Context::new(), &mut without_span);
    asked.iter().all(is_known)
        && read.span().span_context() == context.span().span_context()
        && read.baggage().to_string() == context.baggage().to_string()
        && without_span.fields.is_empty()
}

fn sample(flags: TraceFlags, state: &str, with_baggage: bool) -> Context {
    let context = Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from(0x1f2e_3d4c_5b6a_7988_0123_4567_89ab_cdef),
        SpanId::from(0xfedc_ba98_7654_3210),
        flags,
        true,
        state.parse::<TraceState>().unwrap_or_default(),
    ));
    let baggage: Baggage = [KeyValue::new("a", "1")].into();
    if with_baggage {
        context.with_baggage(baggage)
    } else {
        context
    }
}

/// A carrier that records the names that are read.
#[derive(Default)]
struct Sample {
    fields: Vec<(String, String)>,
    asked: RefCell<Vec<String>>,
}

impl Sample {
    /// Compares the fields. The SDK writes `tracestate` even if it is empty.
    fn is(&self, expected: &[(&str, String)]) -> bool {
        let is_expected = |(name, value): &(String, String)| {
            let mut expected = expected.iter();
            expected.any(|(known, expected)| known == name && expected == value)
        };
        let is_written = |(name, value): &(&str, String)| {
            value.is_empty() || self.fields.iter().any(|(known, _)| known == name)
        };
        self.fields.iter().all(is_expected) && expected.iter().all(is_written)
    }
}

impl Injector for Sample {
    fn set(&mut self, name: &str, value: String) {
        self.fields.push((name.to_owned(), value));
    }
}

impl Extractor for Sample {
    fn get(&self, name: &str) -> Option<&str> {
        self.asked.borrow_mut().push(name.to_owned());
        let field = self.fields.iter().find(|(known, _)| known == name)?;
        Some(&field.1)
    }

    fn get_all(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|value| vec![value])
    }

    /// Records a read of all names, which no SDK propagator does.
    fn keys(&self) -> Vec<&str> {
        self.asked.borrow_mut().push("all".to_owned());
        self.fields.iter().map(|(name, _)| &**name).collect()
    }
}
