//! Propagators that are not the W3C's, called as OpenTelemetry has it.

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::global;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::{SpanContext, TraceContextExt};

use crate::shield::shielded;
use crate::{CarrierMut, Origin, origin};

pub(super) fn extract<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let fields = Fields(
        fields
            .filter_map(|(name, value)| {
                Some((name.as_ref(), std::str::from_utf8(value.as_ref()).ok()?))
            })
            .collect(),
    );
    // Given the active context, a propagator that finds nothing hands that back.
    let context = shielded(|| {
        global::get_text_map_propagator(|propagator| {
            propagator.extract_with_context(&Context::new(), &fields)
        })
    });
    let context = context.unwrap_or_default();
    let span = context.span();
    let span_context = Some(span.span_context()).filter(|context| context.is_valid());
    let baggage = context.baggage();
    Origin::new(
        span_context.cloned().unwrap_or(SpanContext::NONE),
        (!baggage.is_empty()).then(|| origin::merged(baggage, baggage).into()),
    )
}

pub(super) fn inject(context: &Context, carrier: &mut (impl CarrierMut + ?Sized)) {
    let mut fields = Written(Vec::new());
    // The carrier is the user's code: it runs once the propagator's lock is free.
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(context, &mut fields);
    });
    for (name, value) in fields.0 {
        // OpenTelemetry's writes `tracestate` even if it is empty, which some brokers refuse.
        if value.is_empty() {
            carrier.remove(&name);
        } else {
            carrier.set(&name, value);
        }
    }
}

struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl Fields<'_> {
    fn of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |field| field.0.eq_ignore_ascii_case(name))
            .map(|field| field.1)
    }
}

impl Extractor for Fields<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.of(name).next()
    }

    fn get_all(&self, name: &str) -> Option<Vec<&str>> {
        let values: Vec<&str> = self.of(name).collect();
        (!values.is_empty()).then_some(values)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|field| field.0).collect()
    }
}

struct Written(Vec<(String, String)>);

impl Injector for Written {
    fn set(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }
}
