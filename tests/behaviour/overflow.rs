//! Links beyond a span's limit, on child spans.

use std::process::Command;

use linked_span::{LinkOverflow, Origin, linked_span, set_link_limit, set_link_overflow};
use linked_span_tests::{Sdk, pairs};
use opentelemetry::trace::{Link, SpanContext, SpanId, SpanKind, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, Sampler, SamplingDecision, SamplingResult, SdkTracerProvider,
    ShouldSample, SpanData,
};

/// OpenTelemetry's default limit.
const DEFAULT: usize = 128;

#[linked_span(events)]
fn handle(events: &[Origin]) {}

fn producers(count: usize) -> Vec<SpanContext> {
    let context = |number: usize| {
        SpanContext::new(
            TraceId::from(1 << 64 | number as u128),
            SpanId::from(number as u64),
            TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        )
    };
    (1..=count).map(context).collect()
}

fn handle_from(producers: &[SpanContext]) {
    let events: Vec<Origin> = producers.iter().map(Origin::from).collect();
    handle(&events);
}

/// Asserts that every event's link is exported once and in order, on spans with at most `limit` links.
fn assert_none_is_lost(sdk: &Sdk, count: usize, limit: usize) {
    let producers = producers(count);
    handle_from(&producers);
    let spans = sdk.spans();
    // The child spans end before the handler does.
    let Some((span, pages)) = spans.split_last() else {
        panic!("no span");
    };
    let exported: Vec<_> = std::iter::once(span)
        .chain(pages)
        .flat_map(|span| &span.links.links)
        .map(|link| link.span_context.clone())
        .collect();
    assert_eq!(exported, producers);
    assert_eq!(spans.len(), count.div_ceil(limit).max(1));
    for span in &spans {
        assert_eq!(span.links.dropped_count, 0);
        assert!(span.links.links.len() <= limit);
    }
    assert_eq!(span.name, "handle");
    for page in pages {
        assert_page_of(span, page);
    }
    assert_eq!(sdk.sampled()[0].links.len(), count.min(limit));
}

fn assert_page_of(span: &SpanData, page: &SpanData) {
    assert_eq!(page.name, "handle links");
    assert_eq!(page.span_kind, span.span_kind);
    assert_eq!(page.parent_span_id, span.span_context.span_id());
    assert_eq!(page.span_context.trace_id(), span.span_context.trace_id());
    assert_eq!(page.start_time, span.start_time);
    assert_eq!(page.end_time, span.start_time);
}

#[test]
fn link_limit_by_default_is_128() {
    for count in [0, 1, 127, 128, 129, 256, 257, 512, 4096] {
        assert_none_is_lost(&Sdk::install(), count, DEFAULT);
    }
}

#[test]
fn link_limit_set_in_code_is_used() {
    for count in [16, 17, 100] {
        let sdk = Sdk::install_with_link_limit(16);
        set_link_limit(16);
        assert_none_is_lost(&sdk, count, 16);
        set_link_limit(DEFAULT);
    }
}

/// The SDK reads the environment once, so this test needs a separate process.
#[test]
fn link_limit_set_in_the_environment_is_used() {
    const LIMIT: &str = "OTEL_SPAN_LINK_COUNT_LIMIT";
    if std::env::var_os(LIMIT).is_some() {
        assert_none_is_lost(&Sdk::install(), 100, 16);
        return;
    }
    let this_test = std::env::current_exe().expect("a test program");
    let output = Command::new(this_test)
        .args([
            "--exact",
            "overflow::link_limit_set_in_the_environment_is_used",
        ])
        .env(LIMIT, "16")
        .output()
        .expect("a process");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
}

#[test]
fn link_limit_of_zero_keeps_no_links() {
    let sdk = Sdk::install_with_link_limit(0);
    set_link_limit(0);
    handle_from(&producers(3));
    set_link_limit(DEFAULT);
    let span = sdk.span();
    assert_eq!((span.links.links.len(), span.links.dropped_count), (0, 3));
}

#[test]
fn child_spans_of_an_unsampled_handler_are_not_created() {
    let sdk = Sdk::install_with(Sampler::AlwaysOff);
    handle_from(&producers(1000));
    assert_eq!(sdk.sampled().len(), 1);
    assert_eq!(sdk.sampled()[0].links.len(), DEFAULT);
}

#[test]
fn link_overflow_drop_creates_no_child_spans() {
    let sdk = Sdk::install();
    set_link_overflow(LinkOverflow::Drop);
    handle_from(&producers(200));
    set_link_overflow(LinkOverflow::ChildSpans);
    let span = sdk.span();
    assert_eq!(span.links.links.len(), DEFAULT);
    assert_eq!(span.links.dropped_count, 72);
}

/// No number has a special meaning.
#[test]
fn link_limit_of_usize_max_creates_no_child_spans() {
    let sdk = Sdk::install_with_link_limit(1000);
    set_link_limit(usize::MAX);
    handle_from(&producers(300));
    set_link_limit(DEFAULT);
    assert_eq!(sdk.span().links.links.len(), 300);
}

#[derive(Clone, Debug)]
struct OnlyConsumers;

impl ShouldSample for OnlyConsumers {
    fn should_sample(
        &self,
        _parent: Option<&Context>,
        _trace_id: TraceId,
        _name: &str,
        kind: &SpanKind,
        _attributes: &[KeyValue],
        _links: &[Link],
    ) -> SamplingResult {
        SamplingResult {
            decision: if *kind == SpanKind::Consumer {
                SamplingDecision::RecordAndSample
            } else {
                SamplingDecision::Drop
            },
            attributes: Vec::new(),
            trace_state: TraceState::NONE,
        }
    }
}

#[test]
fn sampler_of_consumers_keeps_the_child_spans_of_a_consumer() {
    let sdk = Sdk::install_with(OnlyConsumers);
    handle_from(&producers(300));
    let spans = sdk.spans();
    let links = spans.iter().map(|span| span.links.links.len());
    assert_eq!(links.sum::<usize>(), 300);
}

#[linked_span(events, kind = internal)]
fn handle_internally(events: &[Origin]) {}

#[test]
fn child_span_has_the_kind_of_its_handler() {
    let sdk = Sdk::install();
    let events: Vec<Origin> = producers(300).iter().map(Origin::from).collect();
    handle_internally(&events);
    for span in sdk.spans() {
        assert_eq!(span.span_kind, SpanKind::Internal);
    }
}

/// The largest number of child spans of a handler.
const MOST_PAGES: usize = 128;

#[test]
fn links_beyond_the_last_child_span_are_counted() {
    let most = DEFAULT + MOST_PAGES * DEFAULT;
    for (count, left_out) in [(most, None), (most + 1, Some(1)), (most + 500, Some(500))] {
        let sdk = Sdk::install();
        handle_from(&producers(count));
        let spans = sdk.spans();
        assert_eq!(spans.len(), 1 + MOST_PAGES);
        let attributes = pairs(&spans[MOST_PAGES].attributes);
        let count = i64::try_from(count).unwrap();
        let mut expected = vec![
            ("batch.size", count.into()),
            ("batch.link_count", count.into()),
        ];
        expected
            .extend(left_out.map(|left_out: i64| ("linked_span.links_left_out", left_out.into())));
        assert_eq!(attributes, expected);
    }
}

/// The default queue has room for 2,048 spans: for the child spans and the handler's span.
#[test]
fn batch_processor_keeps_the_span_of_a_large_batch() {
    // Holds the lock of the installed provider.
    let _sdk = Sdk::install();
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter.clone())
        .build();
    linked_span::set_tracer_provider(provider.clone());
    handle_from(&producers(400_000));
    provider.force_flush().expect("an exporter that works");
    let spans = exporter.get_finished_spans().expect("an exporter");
    assert!(spans.iter().any(|span| span.name == "handle"));
    assert_eq!(spans.len(), 1 + MOST_PAGES);
}
