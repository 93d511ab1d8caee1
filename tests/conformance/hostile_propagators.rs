//! Propagators that panic. The propagator is global, so these tests are a separate program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use linked_span::{Origin, extract, inject, linked_span};
use linked_span_tests::{Sdk, here, producer, traceparent};
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::{Context, global};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// Panics in one method while it is switched on, and has its own fields.
#[derive(Clone, Debug)]
struct Panics {
    place: &'static str,
    on: Arc<AtomicBool>,
    fields: Arc<[String]>,
}

impl Panics {
    fn at(place: &'static str) -> Self {
        Self {
            place,
            on: Arc::new(AtomicBool::new(true)),
            fields: Arc::new(["traceparent".to_owned(), "x-own".to_owned()]),
        }
    }

    fn reach(&self, place: &str) {
        let panics = self.place == place && self.on.load(Ordering::Relaxed);
        assert!(!panics, "as it should");
    }
}

impl TextMapPropagator for Panics {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        self.reach("inject");
        TraceContextPropagator::new().inject_context(context, injector);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        self.reach("extract");
        TraceContextPropagator::new().extract_with_context(context, extractor)
    }

    fn fields(&self) -> FieldIter<'_> {
        self.reach("fields");
        FieldIter::new(&self.fields)
    }
}

type Headers = Vec<(String, String)>;

#[linked_span(headers(origin = extract(headers)), attributes(after = 2))]
fn handle(headers: &Headers) -> (Origin, Headers) {
    here();
    let mut written = Headers::new();
    inject(&mut written);
    (
        Origin::from_fields(written.iter().map(|(name, value)| (name, value))),
        written,
    )
}

#[test]
fn propagator_that_panics_leaves_handlers_as_they_are() {
    for place in ["fields", "inject", "extract"] {
        let (sdk, panics) = (Sdk::install(), Panics::at(place));
        global::set_text_map_propagator(panics.clone());
        std::thread::sleep(Duration::from_millis(2));
        let headers = vec![("traceparent".to_owned(), traceparent(&producer(1)))];
        let (read, written) = handle(&headers);
        assert_eq!(written.is_empty(), place == "inject", "{place}");
        let is_read = read.span_context().is_valid();
        assert_eq!(is_read, place == "fields", "{place}");
        panics.on.store(false, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(2));
        let (read, written) = handle(&headers);
        assert!(read.span_context().is_valid(), "{place}");
        assert!(!written.is_empty(), "{place}");
        sdk.assert_each_body_ran_inside(2);
        let spans = sdk.spans();
        let links = usize::from(place != "extract");
        assert_eq!(spans[0].links.len(), links, "{place}");
        assert_eq!(spans[1].links.len(), 1, "{place}");
        for span in spans {
            assert_eq!(span.attributes[0].key.as_str(), "after");
        }
    }
}
