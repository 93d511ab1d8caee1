//! `LinksBased`, as the root of a parent-based sampler.

use linked_span::{LinksBased, Origin, linked_span};
use linked_span_tests::{Sdk, active, producer};
use opentelemetry::trace::{SpanContext, TraceFlags};
use opentelemetry_sdk::trace::{Sampler, ShouldSample};

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

/// Returns `true` if a handler with this parent and these links is exported.
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
fn links_based_sampler_uses_parents_and_links() {
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
fn links_based_sampler_without_a_sampled_link_asks_the_other() {
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

/// A part of the handler with a span of its own, without links.
#[linked_span(part)]
fn handle_a_part(part: &Origin) {}

#[linked_span(events)]
fn handle_with_a_part(events: &[Origin]) {
    handle_a_part(&Origin::default());
}

/// Returns how many handlers with one link, and how many of their parts, are exported.
fn exported(sampler: impl Into<Box<dyn ShouldSample>>, link: bool, handlers: usize) -> [usize; 2] {
    let sdk = Sdk::install_with(sampler);
    for _ in 0..handlers {
        handle_with_a_part(&[with_sampled(1, link).into()]);
    }
    let spans = sdk.spans();
    ["handle_with_a_part", "handle_a_part"]
        .map(|name| spans.iter().filter(|span| span.name == name).count())
}

/// The documentation shows this sampler: the parts of a handler are sampled with it.
#[test]
fn sampler_around_a_parent_based_one_keeps_the_parts_of_a_handler() {
    let around = |root| Sampler::ParentBased(Box::new(root));
    assert_eq!(
        exported(LinksBased::any(around(Sampler::AlwaysOff)), true, 1000),
        [1000, 1000]
    );
    assert_eq!(
        exported(
            LinksBased::all(around(Sampler::TraceIdRatioBased(0.1))),
            true,
            1000
        ),
        [1000, 1000]
    );
    assert_eq!(
        exported(LinksBased::any(around(Sampler::AlwaysOff)), false, 1000),
        [0, 0]
    );
}

#[test]
fn sampler_inside_a_parent_based_one_keeps_the_parts_of_a_handler() {
    for sampler in [
        LinksBased::any(Sampler::AlwaysOff),
        LinksBased::all(Sampler::TraceIdRatioBased(0.1)),
    ] {
        let sampler = Sampler::ParentBased(Box::new(sampler));
        assert_eq!(exported(sampler, true, 1000), [1000, 1000]);
    }
}

/// Links decide before the parent does, as in Java's `linksbased_parentbased_always_on`.
#[test]
fn sampler_around_a_parent_based_one_follows_a_link_under_an_unsampled_parent() {
    let sampler = LinksBased::any(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)));
    let sdk = Sdk::install_with(sampler);
    let _guard = active(with_sampled(9, false)).attach();
    handle(&[with_sampled(1, true).into()]);
    handle(&[with_sampled(1, false).into()]);
    assert_eq!(sdk.spans().len(), 1);
}
