//! The body has the event's baggage even if no span is created.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a returned future must not borrow its event"
)]

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use http::{HeaderMap, HeaderValue};
use linked_span::{LinkedEvent, Origin, WithOrigin, extract, inject, linked_span};
use linked_span_tests::{active, assert_baggage_of_two_places, producer, traceparent};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use serde_json::{Value, json};

use crate::{EVALUATED, evaluated, ready};

fn user() -> Option<String> {
    Context::map_current(|context| context.baggage().get("user").map(ToString::to_string))
}

/// Returns the headers that a handler forwards.
fn forwarded() -> Vec<(String, String)> {
    let mut headers = Vec::new();
    inject(&mut headers);
    headers
}

type Map = HashMap<String, String>;

fn map() -> Map {
    HashMap::from([
        ("traceparent".into(), traceparent(&producer(1))),
        ("tracestate".into(), "vendor=state".into()),
        ("Baggage".into(), "user=alice".into()),
    ])
}

fn origin() -> Origin {
    extract(&map())
}

#[derive(LinkedEvent)]
struct Event<M: linked_span::Carrier> {
    id: u8,
    metadata: M,
}

fn event() -> Event<Map> {
    Event {
        id: 1,
        metadata: map(),
    }
}

#[derive(LinkedEvent)]
enum Either {
    One(Event<Map>),
    Other { metadata: Origin },
}

/// An event that reads its own context.
struct ByHand(Map);

impl LinkedEvent for ByHand {
    fn origin(&self) -> Origin {
        let origin = extract(&self.0);
        assert!(origin.span_context().is_valid(), "the user's code sees all");
        assert_eq!(origin.span_context().trace_state().header(), "vendor=state");
        origin
    }
}

#[linked_span(event)]
fn of_any<E: LinkedEvent>(event: &E) -> Option<String> {
    user()
}

#[test]
fn baggage_of_every_event_is_in_the_body() {
    let alice = || Some("alice".to_owned());
    assert_eq!(of_any(&event()), alice());
    assert_eq!(of_any(&&event()), alice());
    assert_eq!(of_any(&Box::new(event())), alice());
    assert_eq!(of_any(&Some(event())), alice());
    assert_eq!(of_any(&Either::One(event())), alice());
    let origin = Either::Other { metadata: origin() };
    assert_eq!(of_any(&origin), alice());
    assert_eq!(of_any(&self::origin()), alice());
    assert_eq!(of_any(&WithOrigin::new((), self::origin())), alice());
    assert_eq!(of_any(&json!({ "metadata": map() })), alice());
    assert_eq!(of_any(&ByHand(map())), alice());
    let context = Context::new().with_baggage([KeyValue::new("user", "alice")]);
    assert_eq!(of_any(&context), alice());
    assert_eq!(of_any(&producer(1)), None);
    assert_eq!(user(), None, "it is the body's alone");

    let list: Vec<(String, String)> = map().into_iter().collect();
    let id = 1;
    assert_eq!(of_any(&Event { id, metadata: list }), alice());
    let mut headers = HeaderMap::new();
    headers.append("baggage", HeaderValue::from_static("user=alice"));
    let metadata = headers;
    assert_eq!(of_any(&Event { id, metadata }), alice());
}

/// The event's baggage joins the active baggage, and the active span stays active.
#[test]
fn baggage_joins_the_active_context() {
    #[linked_span(event)]
    fn seen(event: &Event<Map>) -> (Option<String>, Option<String>, SpanContext) {
        Context::map_current(|context| {
            let get = |key| context.baggage().get(key).map(ToString::to_string);
            (
                get("user"),
                get("region"),
                context.span().span_context().clone(),
            )
        })
    }

    let ambient = [KeyValue::new("user", "bob"), KeyValue::new("region", "eu")];
    let _guard = active(producer(2)).with_baggage(ambient).attach();
    let (user, region, span) = seen(&event());
    assert_eq!(user.as_deref(), Some("alice"));
    assert_eq!(region.as_deref(), Some("eu"));
    assert_eq!(span, producer(2));
}

#[linked_span(event)]
async fn asynchronous(event: &Event<Map>) -> [Option<String>; 2] {
    let first = user();
    std::future::ready(()).await;
    [first, user()]
}

#[linked_span(event)]
fn opaque(event: Event<Map>) -> impl Future<Output = Option<String>> {
    async move { user() }
}

#[linked_span(event)]
fn prepared(event: Event<Map>) -> impl Future<Output = [Option<String>; 2]> {
    let first = user();
    async move { [first, user()] }
}

#[linked_span(event)]
fn boxed(event: Event<Map>) -> Pin<Box<dyn Future<Output = Option<String>>>> {
    Box::pin(async move { user() })
}

struct Service;

impl Service {
    #[linked_span(event)]
    async fn method(&self, event: &Event<Map>) -> Result<Option<String>, String> {
        Ok(user())
    }
}

#[test]
fn baggage_is_in_the_body_of_every_kind_of_handler() {
    let alice = || Some("alice".to_owned());
    assert_eq!(ready(asynchronous(&event())), [alice(), alice()]);
    assert_eq!(ready(opaque(event())), alice());
    assert_eq!(ready(prepared(event())), [alice(), alice()]);
    assert_eq!(ready(boxed(event())), alice());
    assert_eq!(ready(Service.method(&event())), Ok(alice()));
}

#[test]
fn baggage_is_in_the_body_while_it_is_dropped() {
    struct NotesOnDrop<'a>(&'a mut Option<String>);
    impl Drop for NotesOnDrop<'_> {
        fn drop(&mut self) {
            *self.0 = user();
        }
    }

    #[linked_span(event)]
    async fn pending(event: &Event<Map>, note: NotesOnDrop<'_>) {
        let _note = note;
        std::future::pending::<()>().await;
    }

    let (event, mut seen) = (event(), None);
    let mut future = Box::pin(pending(&event, NotesOnDrop(&mut seen)));
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut task).is_pending());
    drop(future);
    assert_eq!(seen.as_deref(), Some("alice"));
}

/// The runtime only needs the attribute's expression for the origin.
#[test]
fn baggage_is_read_without_the_attribute_s_other_expressions() {
    #[linked_span(
        event(origin = extract(&event.metadata), attributes(link = evaluated("link"))),
        name = evaluated("name"),
        relationship = evaluated("relationship"),
        attributes(key = evaluated("value"), shown = %evaluated("shown")),
    )]
    fn with_options(event: &Event<Map>) -> Option<String> {
        user()
    }

    #[linked_span(event(attributes(link = evaluated("link"))), name = evaluated("name"))]
    async fn without_origin(event: &Event<Map>) -> Option<String> {
        user()
    }

    #[linked_span(event, parent = event, attributes(key = evaluated("value")))]
    fn child(event: Event<Map>) -> impl Future<Output = Option<String>> {
        async move { user() }
    }

    let alice = || Some("alice".to_owned());
    assert_eq!(with_options(&event()), alice());
    assert_eq!(ready(without_origin(&event())), alice());
    assert_eq!(ready(child(event())), alice());
    assert_eq!(EVALUATED.with(std::cell::Cell::get), 0);
}

/// The documentation says that several events have no baggage in common.
#[test]
fn baggage_of_several_events_is_not_attached() {
    #[linked_span(events)]
    fn batch(events: &[Event<Map>]) -> Option<String> {
        user()
    }

    #[linked_span(first, second)]
    fn several(first: &Event<Map>, second: &Event<Map>) -> Option<String> {
        user()
    }

    assert_eq!(batch(&[event()]), None);
    assert_eq!(several(&event(), &event()), None);
}

/// `behaviour` asserts the same with an SDK.
#[test]
fn baggage_and_context_are_of_one_place() {
    assert_baggage_of_two_places();
}

#[test]
fn forwarded_baggage_does_not_depend_on_an_sdk() {
    #[linked_span(event)]
    fn forwards(event: &Event<Map>) -> Vec<(String, String)> {
        forwarded()
    }

    assert_eq!(
        forwards(&event()),
        [("baggage".into(), "user=alice".into())]
    );
}

#[test]
fn event_without_baggage_allocates_nothing() {
    fn assert_none<E: LinkedEvent>(event: &E) {
        #[linked_span(event)]
        fn handle<E: LinkedEvent>(event: &E) {}

        #[linked_span(event)]
        async fn asynchronous<E: LinkedEvent>(event: &E) {}

        // Once per millisecond the runtime asks OpenTelemetry again, which allocates once.
        let none = (0..1_000).any(|_| {
            handle(event);
            allocation_counter::measure(|| {
                handle(event);
                ready(asynchronous(event));
            })
            .count_total
                == 0
        });
        assert!(none, "{}", std::any::type_name::<E>());
    }

    let mut map = map();
    map.remove("Baggage");
    let origin = extract(&map);
    assert!(!origin.span_context().trace_state().header().is_empty());
    let mut headers = HeaderMap::new();
    for (name, value) in &map {
        headers.append(
            name.parse::<http::HeaderName>().expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    let list: Vec<(String, String)> = map.clone().into_iter().collect();
    let object: Value = json!({ "metadata": map });
    let id = 1;
    assert_none(&Event {
        id,
        metadata: headers,
    });
    assert_none(&Event { id, metadata: list });
    assert_none(&Event { id, metadata: map });
    assert_none(&Event {
        id,
        metadata: object["metadata"].clone(),
    });
    assert_none(&object);
    assert_none(&WithOrigin::new((), origin.clone()));
    assert_none(&active(origin.span_context().clone()));
    assert_none(origin.span_context());
    assert_none(&origin);
}
