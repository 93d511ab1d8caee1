//! Reads and writes contexts with the installed propagator, through OpenTelemetry's traits.

use std::cell::OnceCell;

use opentelemetry::Context;
use opentelemetry::global;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::{SpanContext, TraceContextExt};

use super::w3c::baggage::BAGGAGE;
use super::w3c::tracestate::TRACESTATE;
use crate::support::shield::shielded;
use crate::{Origin, origin};

pub(super) fn extract<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let fields = fields.filter_map(|(name, value)| {
        Some((name.as_ref(), std::str::from_utf8(value.as_ref()).ok()?))
    });
    let fields = HeaderExtractor::of(fields.collect());
    // Not `extract`: that returns the active context if the propagator finds nothing, and the handler would link to itself.
    let context = shielded(|| {
        global::get_text_map_propagator(|propagator| {
            propagator.extract_with_context(&Context::new(), &fields)
        })
    });
    let context = context.unwrap_or_default();
    let span = context.span();
    let span_context = Some(span.span_context()).filter(|context| context.is_valid());
    Origin::new(
        span_context.cloned().unwrap_or(SpanContext::NONE),
        origin::copy_baggage(&context),
    )
}

/// Returns the fields that the propagator writes for this context: a name, and a value to set or `None` to remove it.
///
/// With a valid span, stale fields of the propagator are removed: an `x-b3-flags: 1` of an earlier hop would contradict an
/// unsampled context. Without a span, fields that an empty context also has are skipped: baggage is written, but not the
/// `b3: 0` that would replace a forwarded context.
///
/// The fields are returned instead of set, because the carrier is user code: it must not run under OpenTelemetry's
/// propagator lock.
pub(super) fn write(context: &Context) -> impl Iterator<Item = (String, Option<String>)> {
    let has_span = context.span().span_context().is_valid();
    let (mut written, mut empty) = (Written::default(), Written::default());
    let mut outdated: Vec<String> = Vec::new();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(context, &mut written);
        if has_span {
            // A panic of `fields()` must not discard the fields that were injected.
            shielded(|| outdated.extend(propagator.fields().map(ToOwned::to_owned)));
        } else {
            propagator.inject_context(&Context::new(), &mut empty);
        }
    });
    outdated.retain(|name| !written.has(name));
    written.0.retain(|(name, _)| !empty.has(name));
    let removed = outdated.into_iter().map(|name| (name, None));
    // The SDK's propagator injects an empty `tracestate`, but SQS rejects empty attributes.
    let value = |value: String| (!value.is_empty()).then_some(value);
    let set = written.0.into_iter();
    removed.chain(set.map(move |(name, text)| (name, value(text))))
}

/// Presents a carrier's fields as OpenTelemetry's `Extractor`.
struct HeaderExtractor<'a> {
    all: Vec<(&'a str, &'a str)>,
    tracestate: OnceCell<String>,
    baggage: OnceCell<String>,
}

impl<'a> HeaderExtractor<'a> {
    fn of(all: Vec<(&'a str, &'a str)>) -> Self {
        Self {
            all,
            tracestate: OnceCell::new(),
            baggage: OnceCell::new(),
        }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.all
            .iter()
            .filter(move |field| field.0.eq_ignore_ascii_case(name))
            .map(|field| field.1)
    }

    /// Returns the cache for the joined values of a list field; `None` for other fields.
    fn list(&self, name: &str) -> Option<&OnceCell<String>> {
        [(TRACESTATE, &self.tracestate), (BAGGAGE, &self.baggage)]
            .into_iter()
            .find_map(|(known, list)| name.eq_ignore_ascii_case(known).then_some(list))
    }
}

impl Extractor for HeaderExtractor<'_> {
    /// Returns the first value; for a list field, all values joined. The SDK's propagators read only `get`.
    fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.values(name);
        let first = values.next()?;
        match (self.list(name), values.next()) {
            (Some(list), Some(_)) => Some(list.get_or_init(|| joined(self.values(name)))),
            _ => Some(first),
        }
    }

    fn get_all(&self, name: &str) -> Option<Vec<&str>> {
        let values: Vec<&str> = self.values(name).collect();
        (!values.is_empty()).then_some(values)
    }

    fn keys(&self) -> Vec<&str> {
        self.all.iter().map(|field| field.0).collect()
    }
}

/// Joins the distinct values to one list.
fn joined<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for value in values.take(MAX_VALUES) {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct.join(",")
}

/// One more than the largest number of members that a list may have, which is baggage's 64.
const MAX_VALUES: usize = 65;

#[derive(Default)]
struct Written(Vec<(String, String)>);

impl Written {
    fn has(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}

impl Injector for Written {
    fn set(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }
}
