//! Batches with many events from one producer.

use linked_span::{
    LinkOverflow, LinkedEvent, Origin, linked_span, set_link_limit, set_link_overflow,
};
use linked_span_tests::{Sdk, pairs, producer};
use opentelemetry::Value;
use opentelemetry::trace::Link;
use opentelemetry_sdk::trace::SpanData;

#[derive(LinkedEvent)]
#[event(type = "record")]
struct Record {
    id: Option<u32>,
    metadata: Origin,
}

fn records(count: u32, producers: u32, have_ids: bool) -> Vec<Record> {
    let record = |number: u32| Record {
        id: have_ids.then_some(number),
        metadata: producer(u8::try_from(number % producers).unwrap()).into(),
    };
    (0..count).map(record).collect()
}

#[linked_span(events, relationship = "imported_from")]
fn import(events: &[Record]) {}

#[linked_span(other, records)]
fn import_with(other: &Origin, records: &[Record]) {}

fn merging<R>(part: impl FnOnce() -> R) -> R {
    set_link_overflow(LinkOverflow::Merge);
    let returned = part();
    set_link_overflow(LinkOverflow::ChildSpans);
    returned
}

fn links(span: &SpanData) -> Vec<(u8, Vec<(&str, Value)>)> {
    let link = |link: &'_ Link| {
        let bytes = link.span_context.span_id().to_bytes();
        bytes[7]
    };
    span.links
        .links
        .iter()
        .map(|it| (link(it), pairs(&it.attributes)))
        .collect()
}

#[test]
fn equal_links_beyond_the_limit_are_merged() {
    let sdk = Sdk::install();
    import(&records(10_000, 1, false));
    let relationship = ("link.relationship", "imported_from".into());
    let span = sdk.span();
    assert_eq!(
        links(&span),
        [(0, vec![relationship, ("link.count", 10_000.into())])]
    );
    assert_eq!(
        pairs(&span.attributes),
        [
            ("batch.size", 10_000.into()),
            ("batch.link_count", 10_000.into())
        ]
    );
}

#[test]
fn equal_links_within_the_limit_are_not_merged() {
    let sdk = Sdk::install();
    import(&records(128, 1, false));
    assert_eq!(sdk.span().links.len(), 128);
}

#[test]
fn different_links_are_not_merged_by_default() {
    let sdk = Sdk::install();
    import(&records(300, 1, true));
    let spans = sdk.spans();
    let counts: Vec<_> = spans.iter().map(|span| span.links.len()).collect();
    assert_eq!(counts, [128, 44, 128]);
}

#[test]
fn merged_links_keep_their_common_attributes() {
    let sdk = Sdk::install();
    merging(|| import(&records(300, 2, true)));
    let relationship = ("link.relationship", Value::from("imported_from"));
    let count = ("link.count", Value::from(150));
    let link = vec![relationship, count];
    assert_eq!(
        links(&sdk.span()),
        [(0, link.clone()), (1, link)],
        "in the order in which they were first there"
    );
}

/// A link whose context no other link has is not changed.
#[test]
fn merged_links_with_other_contexts_stay_separate() {
    let sdk = Sdk::install();
    let mut events = records(200, 1, true);
    events.push(Record {
        id: Some(7),
        metadata: producer(9).into(),
    });
    merging(|| import(&events));
    let span = sdk.span();
    let links = links(&span);
    assert_eq!(links[0].1[1], ("link.count", 200.into()));
    assert_eq!(
        links[1],
        (
            9,
            vec![
                ("link.relationship", "imported_from".into()),
                ("event.id", "7".into())
            ]
        )
    );
}

/// Two parameters have two relationships, so both links stay, even to one context.
#[test]
fn merged_links_of_several_parameters_stay_separate() {
    let sdk = Sdk::install();
    merging(|| import_with(&producer(0).into(), &records(200, 1, true)));
    let span = sdk.span();
    assert_eq!(
        links(&span),
        [
            (0, vec![("link.relationship", "other".into())]),
            (
                0,
                vec![
                    ("link.relationship", "records".into()),
                    ("link.event_type", "record".into()),
                    ("link.count", 200.into())
                ]
            )
        ]
    );
}

/// Links that still exceed the limit go on child spans.
#[test]
fn merged_links_beyond_the_limit_go_on_child_spans() {
    let sdk = Sdk::install_with_link_limit(16);
    set_link_limit(16);
    merging(|| import(&records(200, 40, true)));
    set_link_limit(128);
    let spans = sdk.spans();
    let counts: Vec<_> = spans.iter().map(|span| span.links.len()).collect();
    assert_eq!(counts, [16, 8, 16]);
}
