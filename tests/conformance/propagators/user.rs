//! The user's propagators whose `fields()` are the W3C's, or empty: they are called.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use linked_span::{Origin, extract, inject};
use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{
    Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use super::{FIELDS, composite, install, span, w3c};

/// Returns the fields that are written while the context of a span is active.
fn injected(span: SpanContext) -> Vec<(String, String)> {
    let _guard = Context::new().with_remote_span_context(span).attach();
    let mut headers = Vec::new();
    inject(&mut headers);
    headers.sort();
    headers
}

/// Rejects contexts of other organizations, whose state has no member of ours.
#[derive(Debug)]
struct Ours(TraceContextPropagator);

impl TextMapPropagator for Ours {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(context, injector);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let read = self.0.extract_with_context(context, extractor);
        let is_ours = read
            .span()
            .span_context()
            .trace_state()
            .get("ours")
            .is_some();
        if is_ours { read } else { context.clone() }
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

#[test]
fn wrapper_that_refuses_foreign_contexts_is_called() {
    let _alone = install(Ours(TraceContextPropagator::new()));
    assert_eq!(extract(&FIELDS), Origin::default());
    let ours = [FIELDS[0], ("tracestate", "ours=1")];
    assert_eq!(extract(&ours), span(10, 11, 1, &[("ours", "1")]).into());
}

#[test]
fn wrapper_in_a_composite_is_called() {
    let _alone = install(composite([
        Box::new(Ours(TraceContextPropagator::new())) as _,
        Box::new(BaggagePropagator::new()) as _,
    ]));
    let origin = extract(&FIELDS);
    assert!(!origin.span_context().is_valid());
    assert!(origin.baggage().is_some());
}

/// A propagator of baggage that drops private entries.
#[derive(Debug)]
struct WithoutPrivate(BaggagePropagator);

impl TextMapPropagator for WithoutPrivate {
    fn inject_context(&self, _: &Context, _: &mut dyn Injector) {}

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        self.0.extract_with_context(context, extractor)
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

#[test]
fn wrapper_beside_the_sdk_s_in_a_composite_is_called() {
    use opentelemetry::KeyValue;
    use opentelemetry::baggage::BaggageExt;

    let _alone = install(composite([
        Box::new(TraceContextPropagator::new()) as _,
        Box::new(WithoutPrivate(BaggagePropagator::new())) as _,
    ]));
    let _guard = Context::new()
        .with_remote_span_context(span(10, 11, 1, &[]))
        .with_baggage([KeyValue::new("private", "yes")])
        .attach();
    let mut headers: Vec<(String, String)> = Vec::new();
    inject(&mut headers);
    let names: Vec<&str> = headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["traceparent"]);
}

mod named_like_the_sdk_s {
    use super::*;

    /// Adds a member to each state. It has the name, the size and the `Debug` text of the SDK's type.
    #[derive(Debug, Default)]
    pub(super) struct TraceContextPropagator {
        _private: (),
    }

    impl TextMapPropagator for TraceContextPropagator {
        fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
            let sdk = opentelemetry_sdk::propagation::TraceContextPropagator::new();
            sdk.inject_context(context, injector);
            if context.span().span_context().is_valid() {
                injector.set("tracestate", "ours=1".to_owned());
            }
        }

        fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
            let sdk = opentelemetry_sdk::propagation::TraceContextPropagator::new();
            sdk.extract_with_context(context, extractor)
        }

        fn fields(&self) -> FieldIter<'_> {
            static FIELDS: std::sync::LazyLock<[String; 2]> =
                std::sync::LazyLock::new(|| ["traceparent".into(), "tracestate".into()]);
            FieldIter::new(&*FIELDS)
        }
    }
}

#[test]
fn user_s_type_of_the_sdk_s_name_is_called() {
    let sdk = TraceContextPropagator::new();
    let other = named_like_the_sdk_s::TraceContextPropagator::default();
    assert_eq!(format!("{sdk:?}"), format!("{other:?}"));
    assert_eq!(size_of_val(&sdk), size_of_val(&other));

    // The SDK's own propagator was recognized just before.
    let alone = install(sdk);
    assert_eq!(injected(span(10, 11, 1, &[])).len(), 1);
    super::install_beside(other);
    let state = ("tracestate".to_owned(), "ours=1".to_owned());
    assert_eq!(injected(span(10, 11, 1, &[])).get(1), Some(&state));
    super::install_beside(composite([Box::new(
        named_like_the_sdk_s::TraceContextPropagator::default(),
    ) as _]));
    assert_eq!(injected(span(10, 11, 1, &[])).get(1), Some(&state));
    super::install_beside(composite([Box::new(TraceContextPropagator::new()) as _]));
    assert_eq!(injected(span(10, 11, 1, &[])).len(), 1);
    drop(alone);
}

/// Has the `Debug` text, the size and the fields of the propagator that it wraps, and requests one more field.
struct Hidden(TraceContextPropagator);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl TextMapPropagator for Hidden {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(context, injector);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        match extractor.get("x-untrusted") {
            Some(_) => context.clone(),
            None => self.0.extract_with_context(context, extractor),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

#[test]
fn wrapper_with_the_debug_text_of_the_sdk_s_is_called() {
    let _alone = install(Hidden(TraceContextPropagator::new()));
    assert!(extract(&FIELDS).span_context().is_valid());
    let untrusted = [FIELDS[0], ("x-untrusted", "1")];
    assert_eq!(extract(&untrusted), Origin::default());
}

/// Reads a header that its `fields()` does not name.
#[derive(Clone, Debug, Default)]
struct WithoutFields {
    called: Arc<AtomicUsize>,
}

impl TextMapPropagator for WithoutFields {
    fn inject_context(&self, _: &Context, injector: &mut dyn Injector) {
        injector.set("x-secret", "1".to_owned());
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        self.called.fetch_add(1, Ordering::Relaxed);
        match extractor.get("x-secret") {
            Some(_) => context.with_remote_span_context(span(1, 2, 1, &[])),
            None => context.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}

#[test]
fn propagator_without_fields_is_called() {
    let propagator = WithoutFields::default();
    let _alone = install(propagator.clone());
    assert_eq!(extract(&FIELDS), Origin::default());
    assert_eq!(extract(&[("X-Secret", "")]), span(1, 2, 1, &[]).into());
    assert_eq!(propagator.called.load(Ordering::Relaxed), 2);
}

/// `OTEL_PROPAGATORS=none` is an empty composite.
#[test]
fn empty_composite_reads_and_writes_nothing() {
    let _alone = install(TextMapCompositePropagator::new(Vec::new()));
    assert_eq!(extract(&FIELDS), Origin::default());
    assert_eq!(injected(span(10, 11, 1, &[])), []);
}

/// This crate reads their fields itself, and keeps the random flag.
#[test]
fn propagators_of_the_sdk_are_recognized() {
    // Sampled and random. The SDK's reader drops the second flag.
    const RANDOM: u8 = 3;
    let nested = || composite([Box::new(TraceContextPropagator::new()) as _]);
    let alone = install(TraceContextPropagator::new());
    let installs: [(&str, fn()); 3] = [
        ("alone", || {
            super::install_beside(TraceContextPropagator::new());
        }),
        ("with baggage first", || {
            super::install_beside(composite([
                Box::new(BaggagePropagator::new()) as _,
                Box::new(TraceContextPropagator::new()) as _,
            ]));
        }),
        ("given to OpenTelemetry", || {
            opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
            std::thread::sleep(std::time::Duration::from_millis(2));
        }),
    ];
    for (name, install) in installs {
        install();
        let flags = extract(&FIELDS).span_context().trace_flags();
        assert_eq!(flags.to_u8(), RANDOM, "{name}");
    }
    super::install_beside(composite([
        Box::new(nested()) as _,
        Box::new(BaggagePropagator::new()) as _,
    ]));
    assert_eq!(extract(&FIELDS), w3c(true), "nested");
    assert_eq!(
        extract(&FIELDS).span_context().trace_flags().to_u8(),
        RANDOM
    );
    drop(alone);
}

/// Jaeger's baggage has a field for each entry.
#[derive(Debug)]
struct Jaeger;

impl TextMapPropagator for Jaeger {
    fn inject_context(&self, _: &Context, _: &mut dyn Injector) {}

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        use opentelemetry::baggage::BaggageExt;

        let entries = extractor.keys().into_iter().filter_map(|name| {
            let key = name.strip_prefix("uberctx-")?;
            Some(opentelemetry::KeyValue::new(
                key.to_owned(),
                extractor.get(name)?.to_owned(),
            ))
        });
        context.with_baggage(entries.collect::<Vec<_>>())
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: std::sync::LazyLock<[String; 1]> =
            std::sync::LazyLock::new(|| ["uber-trace-id".into()]);
        FieldIter::new(&*FIELDS)
    }
}

#[test]
fn baggage_of_another_propagator_is_in_a_body_without_a_span() {
    #[derive(linked_span::LinkedEvent)]
    struct Event {
        metadata: [(&'static str, &'static str); 1],
    }

    #[linked_span::linked_span(event)]
    fn user(event: &Event) -> Option<String> {
        use opentelemetry::baggage::BaggageExt;

        Context::map_current(|context| context.baggage().get("user").map(ToString::to_string))
    }

    let _alone = install(Jaeger);
    let metadata = [("uberctx-user", "alice")];
    assert_eq!(user(&Event { metadata }).as_deref(), Some("alice"));
}
