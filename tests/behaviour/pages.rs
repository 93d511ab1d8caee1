//! More links than a span keeps.

use std::process::Command;

use linked_span::{LinkOverflow, Origin, linked_span, set_link_limit, set_link_overflow};
use linked_span_tests::Sdk;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::{Sampler, SpanData};

/// OpenTelemetry's default.
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

/// Every event's link is exported once and in order, on spans of so many links at the most.
fn assert_none_is_lost(sdk: &Sdk, count: usize, limit: usize) {
    let producers = producers(count);
    handle_from(&producers);
    let spans = sdk.spans();
    // Pages have ended before the handler has.
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
    assert_eq!(page.span_kind, SpanKind::Internal);
    assert_eq!(page.parent_span_id, span.span_context.span_id());
    assert_eq!(page.span_context.trace_id(), span.span_context.trace_id());
    assert_eq!(page.start_time, span.start_time);
    assert_eq!(page.end_time, span.start_time);
}

#[test]
fn by_default_128() {
    for count in [0, 1, 127, 128, 129, 256, 257, 512, 4096] {
        assert_none_is_lost(&Sdk::install(), count, DEFAULT);
    }
}

#[test]
fn a_limit_that_is_set_in_code() {
    for count in [16, 17, 100] {
        let sdk = Sdk::install_with_link_limit(16);
        set_link_limit(16);
        assert_none_is_lost(&sdk, count, 16);
        set_link_limit(DEFAULT);
    }
}

/// The environment is read once, and so by a process of its own.
#[test]
fn a_limit_that_is_set_in_the_environment() {
    const LIMIT: &str = "OTEL_SPAN_LINK_COUNT_LIMIT";
    if std::env::var_os(LIMIT).is_some() {
        assert_none_is_lost(&Sdk::install(), 100, 16);
        return;
    }
    let this_test = std::env::current_exe().expect("a test program");
    let output = Command::new(this_test)
        .args(["--exact", "pages::a_limit_that_is_set_in_the_environment"])
        .env(LIMIT, "16")
        .output()
        .expect("a process");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
}

#[test]
fn a_limit_of_nothing() {
    let sdk = Sdk::install_with_link_limit(0);
    set_link_limit(0);
    handle_from(&producers(3));
    set_link_limit(DEFAULT);
    let span = sdk.span();
    assert_eq!((span.links.links.len(), span.links.dropped_count), (0, 3));
}

#[test]
fn pages_cost_nothing_where_nobody_records() {
    let sdk = Sdk::install_with(Sampler::AlwaysOff);
    handle_from(&producers(1000));
    assert_eq!(sdk.sampled().len(), 1);
    assert_eq!(sdk.sampled()[0].links.len(), DEFAULT);
}

#[test]
fn those_who_prefer_the_loss() {
    let sdk = Sdk::install();
    set_link_overflow(LinkOverflow::Drop);
    handle_from(&producers(200));
    set_link_overflow(LinkOverflow::Pages);
    let span = sdk.span();
    assert_eq!(span.links.links.len(), DEFAULT);
    assert_eq!(span.links.dropped_count, 72);
}
