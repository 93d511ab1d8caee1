//! Kinds of events, and the attributes that they add.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use linked_span::{Attributes, Keyed, LinkedEvent, Origin, WithOrigin, extract, linked_span};
use linked_span_tests::{Sdk, active, pairs, producer, traceparent};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::trace::SpanData;

fn origin() -> Origin {
    producer(1).into()
}

fn assert_linked(span: &SpanData) {
    assert_eq!(span.links.links.len(), 1);
    assert_eq!(span.links.links[0].span_context, producer(1));
}

#[linked_span(event)]
fn handle(event: &impl LinkedEvent) {}

#[derive(LinkedEvent)]
struct Named {
    #[event(id, attribute = "order.number")]
    number: u32,
    #[event(type)]
    kind: Kind,
    #[event(key)]
    order: Arc<str>,
    #[event(attribute = "shop")]
    shop: Option<String>,
    #[event(skip)]
    #[expect(dead_code, reason = "it is not recorded")]
    id: u8,
    #[event(metadata)]
    headers: HashMap<String, String>,
}

enum Kind {
    Created,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created => formatter.write_str("created"),
        }
    }
}

#[test]
fn derived_event_returns_its_marked_fields() {
    let sdk = Sdk::install();
    let event = Named {
        number: 7,
        kind: Kind::Created,
        order: "o-1".into(),
        shop: Some("berlin".into()),
        id: 0,
        headers: HashMap::from([("TraceParent".into(), traceparent(&producer(1)))]),
    };
    assert_eq!(event.key(), "o-1");
    handle(&event);
    let span = sdk.span();
    assert_eq!(
        pairs(&span.attributes),
        [
            ("event.id", "7".into()),
            ("event.type", "created".into()),
            ("order.number", 7.into()),
            ("shop", "berlin".into()),
        ]
    );
    assert_eq!(
        span.links.links[0].span_context.span_id(),
        producer(1).span_id()
    );
    assert_eq!(
        pairs(&span.links.links[0].attributes),
        [
            ("link.relationship", "triggered_by".into()),
            ("link.event_type", "created".into()),
        ]
    );
}

#[derive(LinkedEvent)]
struct Plain {
    id: Option<String>,
    event_type: &'static str,
    metadata: Origin,
}

#[derive(LinkedEvent)]
enum Message<T> {
    #[event(type = "message.text")]
    Text {
        id: u8,
        metadata: Origin,
    },
    #[event(type = "message.ping")]
    Ping(#[event(metadata)] Option<Origin>),
    Other(T),
}

#[test]
fn derived_enum_returns_the_fields_of_its_variant() {
    let sdk = Sdk::install();
    let plain = |id| Plain {
        id,
        event_type: "plain",
        metadata: origin(),
    };
    handle(&Message::<Plain>::Text {
        id: 1,
        metadata: origin(),
    });
    handle(&Message::<Plain>::Ping(Some(origin())));
    handle(&Message::Other(plain(Some("p-1".into()))));
    handle(&Message::Other(plain(None)));
    let spans = sdk.spans();
    spans.iter().for_each(assert_linked);
    let said: Vec<_> = spans.iter().map(|span| pairs(&span.attributes)).collect();
    assert_eq!(
        said,
        [
            vec![
                ("event.id", "1".into()),
                ("event.type", "message.text".into())
            ],
            vec![("event.type", "message.ping".into())],
            vec![("event.id", "p-1".into()), ("event.type", "plain".into())],
            vec![("event.type", "plain".into())],
        ]
    );
}

struct Record {
    offset: i64,
}

impl LinkedEvent for Record {
    fn origin(&self) -> Origin {
        origin()
    }

    fn attributes(&self, attributes: &mut Attributes) {
        attributes.set("messaging.kafka.offset", self.offset);
        attributes.set("messaging.destination.partition.id", "3");
    }
}

#[test]
fn event_attributes_are_recorded() {
    let sdk = Sdk::install();
    handle(&Record { offset: 42 });
    assert_eq!(
        pairs(&sdk.span().attributes),
        [
            ("messaging.kafka.offset", 42.into()),
            ("messaging.destination.partition.id", "3".into()),
        ]
    );
}

#[test]
fn context_as_an_event_is_linked() {
    let sdk = Sdk::install();
    handle(&origin());
    handle(&producer(1));
    handle(&active(producer(1)));
    let spans = sdk.spans();
    assert_eq!(spans.len(), 3);
    spans.iter().for_each(assert_linked);
}

#[test]
fn pointer_or_option_of_an_event_is_linked() {
    let sdk = Sdk::install();
    handle(&&origin());
    handle(&Box::new(origin()));
    handle(&Arc::new(origin()));
    handle(&Rc::new(origin()));
    handle(&Some(Box::new(&mut origin())));
    let dynamic: Box<dyn LinkedEvent> = Box::new(origin());
    handle(&dynamic);
    let spans = sdk.spans();
    assert_eq!(spans.len(), 6);
    spans.iter().for_each(assert_linked);
    handle(&None::<Origin>);
    assert_eq!(sdk.spans()[6].links.links.len(), 0);
}

#[linked_span(job)]
fn work(job: WithOrigin<String>) -> usize {
    job.len()
}

#[test]
fn with_origin_as_an_event_is_linked() {
    let sdk = Sdk::install();
    let guard = active(producer(1)).attach();
    let job = WithOrigin::current("payload".to_owned());
    drop(guard);
    assert_eq!(work(job), 7);
    assert_linked(&sdk.span());
}

/// A message type of another crate.
struct Foreign {
    headers: Vec<(String, Vec<u8>)>,
}

#[linked_span(message(origin = extract(&message.headers)))]
fn consume(message: Foreign) {
    drop(message);
}

#[test]
fn foreign_event_with_an_origin_option_is_linked() {
    let sdk = Sdk::install();
    consume(Foreign {
        headers: vec![
            ("other".into(), vec![0xff]),
            ("traceparent".into(), traceparent(&producer(1)).into_bytes()),
            ("tracestate".into(), b"vendor=state-1".to_vec()),
        ],
    });
    assert_linked(&sdk.span());
}

#[linked_span(event(origin = context))]
fn at(event: &Plain, context: Option<&SpanContext>) {}

#[test]
fn origin_option_overrides_the_event_s_origin() {
    let sdk = Sdk::install();
    let event = Plain {
        id: Some("p-1".into()),
        event_type: "plain",
        metadata: producer(2).into(),
    };
    at(&event, Some(&producer(1)));
    at(&event, None);
    let [given, none] = &sdk.spans()[..] else {
        panic!("expected two spans");
    };
    assert_linked(given);
    assert_eq!(given.attributes[0].value, "p-1".into());
    assert_eq!(none.links.links.len(), 0);
}

#[linked_span]
fn destructured(Plain { id, metadata, .. }: Plain) -> (Option<String>, Origin) {
    (id, metadata)
}

struct Json<T>(T);

#[linked_span(event, attributes(kind = event.event_type))]
fn in_a_pattern(Json(event): Json<Plain>, _other: u8) {}

impl Plain {
    #[linked_span(self)]
    fn handle_itself(&self) {}
}

#[test]
fn event_as_a_pattern_or_self_is_linked() {
    let sdk = Sdk::install();
    let event = || Plain {
        id: Some("p-1".into()),
        event_type: "plain",
        metadata: origin(),
    };
    assert_eq!(destructured(event()), (Some("p-1".into()), origin()));
    in_a_pattern(Json(event()), 1);
    event().handle_itself();
    let spans = sdk.spans();
    assert_eq!(spans.len(), 3);
    spans.iter().for_each(assert_linked);
    assert_eq!(spans[1].attributes[2].value, "plain".into());
}

#[test]
fn origin_current_is_the_target_of_the_link() {
    #[linked_span(event)]
    fn produce(event: &Origin) -> (Origin, SpanContext) {
        let span = Context::map_current(|context| context.span().span_context().clone());
        (Origin::current(), span)
    }

    let sdk = Sdk::install();
    let (event, producer) = produce(&Origin::default());
    handle(&event);
    assert_eq!(
        sdk.span_called("handle").links.links[0].span_context,
        producer
    );
}
