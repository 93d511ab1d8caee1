//! A batch of events, with a link to each.

use std::collections::VecDeque;
use std::sync::Arc;

use linked_span::{Events, LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, pairs, producer};
use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::trace::SpanData;

#[derive(LinkedEvent)]
struct Event {
    id: String,
    metadata: Origin,
}

fn event(number: u8) -> Event {
    Event {
        id: format!("e-{number}"),
        metadata: producer(number).into(),
    }
}

fn without_context() -> Event {
    Event {
        id: "e-none".into(),
        metadata: Origin::default(),
    }
}

fn process_single(_: &Event) {}

// Batch Processing with Multiple Links:
#[linked_span(events, name = "process_event_batch", kind = internal)]
fn process_batch(events: &[Event]) {
    for event in events {
        process_single(event);
    }
}
// :end

#[test]
fn batch_of_the_article_is_recorded() {
    let sdk = Sdk::install();
    process_batch(&[event(1), without_context(), event(2), event(3)]);
    let span = sdk.span();
    assert_eq!(span.name, "process_event_batch");
    assert_eq!(span.span_kind, SpanKind::Internal);
    assert_eq!(
        pairs(&span.attributes),
        [("batch.size", 4.into()), ("batch.link_count", 3.into())]
    );
    let links: Vec<_> = span.links.links.iter().collect();
    assert_eq!(links.len(), 3);
    for (link, number) in links.into_iter().zip(1..) {
        assert_eq!(link.span_context, producer(number));
        assert_eq!(
            pairs(&link.attributes),
            [("event.id", format!("e-{number}").into())]
        );
    }
    let source = include_str!("batches.rs");
    let code = crate::article::lines_of(source, "Batch Processing with Multiple Links");
    assert!(code * 3 <= 19, "{code} lines, for the article's 19");
}

/// Returns the batch's size, and the span ids of the linked producers.
fn linked_to(span: &SpanData) -> (i64, Vec<u64>) {
    let size = span
        .attributes
        .iter()
        .find(|attribute| attribute.key.as_str() == "batch.size");
    let size = match size.map(|size| &size.value) {
        Some(opentelemetry::Value::I64(size)) => *size,
        other => panic!("no batch.size: {other:?}"),
    };
    let id = |link: &opentelemetry::trace::Link| {
        u64::from_be_bytes(link.span_context.span_id().to_bytes()) & 0xff
    };
    (size, span.links.links.iter().map(id).collect())
}

struct Poll {
    records: Vec<Event>,
}

impl Events for Poll {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        self.records.iter().rev()
    }
}

macro_rules! batches {
    ($($name:ident($type:ty): $batch:expr => $size:literal, $linked:expr;)*) => { $(
        #[test]
        fn $name() {
            #[linked_span(events)]
            fn handle(events: $type) {}

            let sdk = Sdk::install();
            handle($batch);
            assert_eq!(linked_to(&sdk.span()), ($size, Vec::from($linked)));
        }
    )* };
}

mod types {
    use super::*;

    batches! {
        a_slice(&[Event]): &[event(1), event(2)] => 2, [1, 2];
        a_mutable_slice(&mut [Event]): &mut [event(1), event(2)] => 2, [1, 2];
        a_vec(Vec<Event>): vec![event(1), event(2)] => 2, [1, 2];
        a_borrowed_vec(&Vec<Event>): &vec![event(1)] => 1, [1];
        an_array([Event; 2]): [event(1), event(2)] => 2, [1, 2];
        a_deque(VecDeque<Event>): VecDeque::from([event(1), event(2)]) => 2, [1, 2];
        a_boxed_slice(Box<[Event]>): Box::new([event(1)]) => 1, [1];
        a_shared_slice(Arc<[Event]>): Arc::new([event(1), event(2)]) => 2, [1, 2];
        a_shared_vec(&Arc<Vec<Event>>): &Arc::new(vec![event(2)]) => 1, [2];
        of_references(&[&Event]): &[&event(1), &event(2)] => 2, [1, 2];
        of_shared_events(&[Arc<Event>]): &[Arc::new(event(1)), Arc::new(event(2))] => 2, [1, 2];
        of_options(&[Option<Event>]): &[Some(event(1)), None, Some(event(2))] => 3, [1, 2];
        of_dynamic_events(&[Box<dyn LinkedEvent>]): &[Box::new(event(1))] => 1, [1];
        an_option(Option<Vec<Event>>): Some(vec![event(1)]) => 1, [1];
        no_option(Option<&[Event]>): None => 0, [];
        an_empty_batch(&[Event]): &[] => 0, [];
        a_type_of_one_s_own(&Poll): &Poll { records: vec![event(1), event(2)] } => 2, [2, 1];
    }
}

#[linked_span(events, relationship = "collected", attributes(batch.size = "mine"))]
async fn with_options(events: Vec<Event>) -> usize {
    tokio::task::yield_now().await;
    events.len()
}

#[tokio::test]
async fn batch_options_apply_to_every_link() {
    let sdk = Sdk::install();
    assert_eq!(with_options(vec![event(1), event(2)]).await, 2);
    let span = sdk.span();
    assert_eq!(
        pairs(&span.attributes),
        [
            ("batch.size", "mine".into()),
            ("batch.link_count", 2.into())
        ]
    );
    for (link, id) in span.links.links.iter().zip(["e-1", "e-2"]) {
        assert_eq!(
            pairs(&link.attributes),
            [
                ("link.relationship", "collected".into()),
                ("event.id", id.into())
            ]
        );
    }
}

#[linked_span(events(attributes(topic = topic)))]
fn with_link_attributes(events: &[Event], topic: &str) {}

#[test]
fn batch_parameter_attributes_apply_to_every_link() {
    let sdk = Sdk::install();
    with_link_attributes(&[event(1), event(2)], "orders");
    for (link, id) in sdk.span().links.links.iter().zip(["e-1", "e-2"]) {
        assert_eq!(
            pairs(&link.attributes),
            [("event.id", id.into()), ("topic", "orders".into())]
        );
    }
}

/// An iterator whose size hint exceeds the memory.
struct Boastful;

impl Events for Boastful {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        std::iter::repeat_with(|| event(1)).take(2).chain(Endless)
    }
}

struct Endless;

impl Iterator for Endless {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}

#[linked_span(events)]
fn boast(events: &Boastful) {}

#[test]
fn batch_with_a_wrong_size_hint_links_each_event() {
    let sdk = Sdk::install();
    boast(&Boastful);
    assert_eq!(linked_to(&sdk.span()), (2, vec![1, 1]));
}
