//! `LinksBased`, inside of a parent-based sampler as its root.

use linked_span::{LinksBased, Origin, linked_span};
use linked_span_tests::{Sdk, active, producer};
use opentelemetry::trace::{SpanContext, TraceFlags};
use opentelemetry_sdk::trace::Sampler;

#[linked_span(events)]
fn handle(events: &[Origin]) {}

fn with_sampled(number: u8, sampled: bool) -> SpanContext {
    let context = producer(number);
    SpanContext::new(
        context.trace_id(),
        context.span_id(),
        TraceFlags::default().with_sampled(sampled),
        true,
        context.trace_state().clone(),
    )
}

/// Whether a handler with this parent and these links is exported.
fn is_sampled(sampler: LinksBased, parent: Option<bool>, links: &[bool]) -> bool {
    let sdk = Sdk::install_with(Sampler::ParentBased(Box::new(sampler)));
    let _guard = parent.map(|parent| active(with_sampled(9, parent)).attach());
    let events: Vec<Origin> = (1..)
        .zip(links)
        .map(|(n, sampled)| with_sampled(n, *sampled).into())
        .collect();
    handle(&events);
    !sdk.spans().is_empty()
}

#[test]
fn parents_and_links() {
    // parent, links, by any, by all; neither asks anybody else
    let table: [(Option<bool>, &[bool], bool, bool); 12] = [
        (None, &[], false, false),
        (None, &[false], false, false),
        (None, &[true], true, true),
        (None, &[false, true], true, false),
        (None, &[false, false], false, false),
        (None, &[true, true], true, true),
        (Some(true), &[], true, true),
        (Some(true), &[false], true, true),
        (Some(true), &[true], true, true),
        (Some(false), &[], false, false),
        (Some(false), &[false], false, false),
        (Some(false), &[true], false, false),
    ];
    for (parent, links, any, all) in table {
        let otherwise = || Sampler::AlwaysOff;
        assert_eq!(
            is_sampled(LinksBased::any(otherwise()), parent, links),
            any,
            "any: {parent:?} {links:?}"
        );
        assert_eq!(
            is_sampled(LinksBased::all(otherwise()), parent, links),
            all,
            "all: {parent:?} {links:?}"
        );
    }
}

#[test]
fn the_other_sampler_is_asked_where_links_do_not_decide() {
    for links in [&[][..], &[false], &[true]] {
        assert!(
            is_sampled(LinksBased::any(Sampler::AlwaysOn), None, links),
            "{links:?}"
        );
        assert!(
            is_sampled(LinksBased::all(Sampler::AlwaysOn), None, links),
            "{links:?}"
        );
    }
}
