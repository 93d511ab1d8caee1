//! The handler's context. It is active in the body, at every poll, while the future drops, and nowhere else.

use std::future::pending;
use std::sync::{Arc, Mutex};

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, active, pairs, producer};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanId, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::outcomes::poll_once;

fn current() -> SpanId {
    Context::map_current(|context| context.span().span_context().span_id())
}

/// Records the active span when it is dropped.
struct NotesOnDrop(Arc<Mutex<Option<SpanId>>>);

impl Drop for NotesOnDrop {
    fn drop(&mut self) {
        *self.0.lock().expect("a lock") = Some(current());
    }
}

#[linked_span(event)]
fn plain(event: &Origin) -> SpanId {
    current()
}

#[linked_span(event)]
async fn at_every_poll(event: &Origin) -> [SpanId; 3] {
    let first = current();
    tokio::task::yield_now().await;
    let second = current();
    tokio::task::yield_now().await;
    [first, second, current()]
}

#[linked_span(event)]
async fn until_dropped(event: &Origin, note: NotesOnDrop) {
    let _note = note;
    pending::<()>().await;
}

#[test]
fn context_in_the_body_is_the_handler_s() {
    let sdk = Sdk::install();
    let seen = plain(&Origin::default());
    assert_eq!(seen, sdk.span().span_context.span_id());
    assert_eq!(current(), SpanId::INVALID);
}

#[test]
fn context_is_current_only_during_polls() {
    let sdk = Sdk::install();
    let event = Origin::default();
    let mut handler = Box::pin(at_every_poll(&event));
    for _ in 0..2 {
        assert!(poll_once(handler.as_mut()).is_pending());
        assert_eq!(current(), SpanId::INVALID);
    }
    let std::task::Poll::Ready(seen) = poll_once(handler.as_mut()) else {
        panic!("not done");
    };
    assert_eq!(seen, [sdk.span().span_context.span_id(); 3]);
}

#[test]
fn context_is_current_while_the_future_drops() {
    let sdk = Sdk::install();
    let (event, seen) = (Origin::default(), Arc::default());
    let mut handler = Box::pin(until_dropped(&event, NotesOnDrop(Arc::clone(&seen))));
    assert!(poll_once(handler.as_mut()).is_pending());
    drop(handler);
    let seen = seen.lock().expect("a lock").expect("a drop");
    assert_eq!(seen, sdk.span().span_context.span_id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn context_of_interleaved_tasks_is_separate() {
    let sdk = Sdk::install();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn(async {
                let seen = at_every_poll(&Origin::default()).await;
                assert_eq!(seen, [seen[0]; 3]);
                seen[0]
            })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.expect("a task"));
    }
    let mut ended: Vec<_> = sdk
        .spans()
        .iter()
        .map(|span| span.span_context.span_id())
        .collect();
    seen.sort_by_key(|id| id.to_bytes());
    ended.sort_by_key(|id| id.to_bytes());
    assert_eq!(seen, ended);
}

#[linked_span(event, name = "outer")]
fn outer(event: &Origin) {
    plain(event);
}

#[test]
fn handler_in_a_handler_is_its_child() {
    let sdk = Sdk::install();
    outer(&Origin::default());
    let (outer, inner) = (sdk.span_called("outer"), sdk.span_called("plain"));
    assert_eq!(inner.parent_span_id, outer.span_context.span_id());
    assert_eq!(inner.span_context.trace_id(), outer.span_context.trace_id());
}

#[linked_span(event)]
async fn spawns(event: &Origin, until: oneshot::Receiver<()>) -> JoinHandle<()> {
    let context = Context::current();
    tokio::spawn(async move {
        until.await.expect("a word");
        context
            .span()
            .set_attribute(KeyValue::new("too.late", true));
    })
}

#[tokio::test]
async fn span_ends_once_although_its_context_is_still_held() {
    let sdk = Sdk::install();
    let (go_on, until) = oneshot::channel();
    let spawned = spawns(&Origin::default(), until).await;
    let ended = sdk.span();
    go_on.send(()).expect("a task");
    spawned.await.expect("a task");
    assert_eq!(sdk.span(), ended);
}

/// The program's context values stay visible for each kind of parent.
#[test]
fn context_value_of_the_program_stays_visible() {
    #[derive(Debug, PartialEq)]
    struct Tenant(u8);

    #[linked_span(event, parent = root)]
    fn tenant(event: &Origin) -> Option<u8> {
        Context::map_current(|context| context.get::<Tenant>().map(|tenant| tenant.0))
    }

    let _sdk = Sdk::install();
    let _guard = Context::current_with_value(Tenant(7)).attach();
    assert_eq!(tenant(&Origin::default()), Some(7));
}

#[linked_span(event)]
fn baggage(event: &Origin) -> Vec<(String, String)> {
    baggage_here()
}

fn baggage_here() -> Vec<(String, String)> {
    Context::map_current(|context| {
        let mut baggage: Vec<_> = context
            .baggage()
            .iter()
            .map(|(key, (value, _))| (key.to_string(), value.to_string()))
            .collect();
        baggage.sort();
        baggage
    })
}

#[test]
fn baggage_of_the_event_is_added_to_the_ambient_baggage() {
    let _sdk = Sdk::install();
    let event = Origin::from(
        active(producer(1))
            .with_baggage([KeyValue::new("tenant", "b"), KeyValue::new("plan", "pro")]),
    );
    let _guard = Context::new()
        .with_baggage([KeyValue::new("tenant", "a"), KeyValue::new("region", "eu")])
        .attach();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        baggage(&event),
        [
            pair("plan", "pro"),
            pair("region", "eu"),
            pair("tenant", "b")
        ]
    );
    assert_eq!(
        baggage(&Origin::default()),
        [pair("region", "eu"), pair("tenant", "a")]
    );
}

/// Headers carry baggage as an `Origin` does. Several events have no baggage in common.
#[test]
fn baggage_from_headers_of_a_single_event_is_active() {
    type Headers = [(&'static str, &'static str); 1];

    #[linked_span(event(origin = linked_span::extract(event)))]
    fn one(event: &Headers) -> Vec<(String, String)> {
        baggage_here()
    }

    #[linked_span(first(origin = linked_span::extract(first)), second)]
    fn several(first: &Headers, second: &Origin) -> Vec<(String, String)> {
        baggage_here()
    }

    let _sdk = Sdk::install();
    let headers = [("Baggage", "tenant=b%20c;private")];
    assert_eq!(one(&headers), [("tenant".to_owned(), "b c".to_owned())]);
    assert_eq!(several(&headers, &Origin::default()), []);
}

#[linked_span(event)]
async fn baggage_later(event: &Origin) -> Vec<(String, String)> {
    tokio::task::yield_now().await;
    baggage_here()
}

fn with_baggage() -> Origin {
    active(producer(1))
        .with_baggage([KeyValue::new("tenant", "b")])
        .into()
}

/// The body sees the same baggage as with an SDK. The same holds after a shutdown.
#[tokio::test]
async fn baggage_is_in_the_body_when_telemetry_is_suppressed() {
    use opentelemetry::trace::FutureExt;

    #[linked_span(event)]
    fn is_suppressed(event: &Origin) -> bool {
        Context::is_current_telemetry_suppressed()
    }

    let sdk = Sdk::install();
    let tenant = [("tenant".to_owned(), "b".to_owned())];
    let guard = Context::enter_telemetry_suppressed_scope();
    assert_eq!(baggage(&with_baggage()), tenant);
    assert!(is_suppressed(&with_baggage()));
    drop(guard);
    let suppressed = Context::new().with_telemetry_suppressed();
    let event = with_baggage();
    let seen = baggage_later(&event).with_context(suppressed).await;
    assert_eq!(seen, tenant);
    assert_eq!(sdk.spans().len(), 0);
}

#[tokio::test]
async fn baggage_is_in_the_body_after_a_shutdown() {
    let _sdk = Sdk::install();
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    linked_span::set_tracer_provider(provider.clone());
    provider.shutdown().expect("a shutdown");
    let tenant = [("tenant".to_owned(), "b".to_owned())];
    assert_eq!(baggage(&with_baggage()), tenant);
    assert_eq!(baggage_later(&with_baggage()).await, tenant);
}

/// A panic or an error in a body without a span does not belong to the active span.
#[test]
fn active_span_is_untouched_by_a_body_without_a_span() {
    #[linked_span(event)]
    fn fails(event: &Origin) -> Result<(), String> {
        Err("no".to_owned())
    }

    #[linked_span(event)]
    fn panics(event: &Origin) {
        panic!("on purpose");
    }

    #[linked_span(event)]
    fn outer_of_all(event: &Origin) {
        let _guard = Context::enter_telemetry_suppressed_scope();
        assert!(fails(&with_baggage()).is_err());
        let event = with_baggage();
        std::panic::catch_unwind(|| panics(&event)).expect_err("a panic");
    }

    let sdk = Sdk::install();
    outer_of_all(&Origin::default());
    let span = sdk.span();
    assert_eq!(span.name, "outer_of_all");
    assert_eq!(span.status, opentelemetry::trace::Status::Unset);
    assert_eq!(span.events.len(), 0);
}

/// Exporters handle events too, and must not trace their own work.
#[test]
fn suppressed_telemetry_creates_no_span() {
    let sdk = Sdk::install();
    let guard = Context::enter_telemetry_suppressed_scope();
    assert_eq!(plain(&producer(1).into()), SpanId::INVALID);
    drop(guard);
    assert_eq!(sdk.spans().len(), 0);
    assert_eq!(sdk.sampled().len(), 0);
}

#[linked_span(event)]
fn sets(event: &Origin) {
    linked_span::set_attribute("lines", 3_usize);
    linked_span::set_attribute("nothing", None::<i64>);
}

#[test]
fn set_attribute_sets_it_on_the_active_span() {
    let sdk = Sdk::install();
    linked_span::set_attribute("no.span", true);
    sets(&Origin::default());
    assert_eq!(pairs(&sdk.span().attributes), [("lines", 3.into())]);
}
