//! Functions that return a future.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use async_trait::async_trait;
use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, active, pairs, producer};
use opentelemetry::Context;
use opentelemetry::trace::{SpanId, Status, TraceContextExt};
use opentelemetry_sdk::trace::SpanData;

use crate::outcomes::poll_once;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

fn current() -> SpanId {
    Context::map_current(|context| context.span().span_context().span_id())
}

fn event() -> Origin {
    producer(1).into()
}

/// Asserts that the body ran in its span, which is linked to the producer.
fn assert_ran_inside(span: &SpanData, seen: SpanId) {
    assert_eq!(span.span_context.span_id(), seen);
    assert_eq!(span.links.links.len(), 1);
    assert_eq!(span.links.links[0].span_context, producer(1));
}

#[linked_span(event)]
fn boxed(event: &Origin) -> Pin<Box<dyn Future<Output = SpanId> + Send + '_>> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        assert!(event.span_context().is_valid());
        current()
    })
}

#[linked_span(event)]
fn boxed_and_static(event: &Origin) -> Pin<Box<dyn Future<Output = SpanId> + Send>> {
    let id = event.span_context().span_id();
    let at_the_call = current();
    Box::pin(async move {
        assert_ne!(id, current());
        assert_eq!(at_the_call, current());
        current()
    })
}

#[linked_span(event)]
fn early(event: &Origin, at_once: bool) -> Pin<Box<dyn Future<Output = SpanId> + '_>> {
    if at_once {
        let seen = current();
        return Box::pin(std::future::ready(seen));
    }
    Box::pin(async move {
        let _ = event;
        current()
    })
}

#[linked_span(event)]
fn opaque(event: Origin) -> impl Future<Output = SpanId> + Send {
    async move {
        tokio::task::yield_now().await;
        assert!(event.span_context().is_valid());
        current()
    }
}

#[linked_span(event)]
fn opaque_after_statements(event: &Origin) -> impl Future<Output = SpanId> + use<> {
    let at_the_call = current();
    async move {
        assert_eq!(at_the_call, current());
        current()
    }
}

#[tokio::test]
async fn body_of_every_function_shape_runs_in_the_span() {
    type Call = fn() -> Boxed<'static, SpanId>;
    let calls: [(&str, Call); 6] = [
        ("boxed", || Box::pin(async { boxed(&event()).await })),
        ("boxed_and_static", || Box::pin(boxed_and_static(&event()))),
        ("early", || {
            Box::pin(async { unsend(|event| early(event, true)) })
        }),
        ("early", || {
            Box::pin(async { unsend(|event| early(event, false)) })
        }),
        ("opaque", || Box::pin(opaque(event()))),
        ("opaque_after_statements", || {
            Box::pin(opaque_after_statements(&event()))
        }),
    ];
    for (name, call) in calls {
        let sdk = Sdk::install();
        let seen = call().await;
        let span = sdk.span();
        assert_eq!(span.name, name);
        assert_ran_inside(&span, seen);
        assert_eq!(pairs(&span.attributes), []);
    }
}

/// Returns the result of a future that is not `Send` and is ready at once.
fn unsend(call: for<'e> fn(&'e Origin) -> Pin<Box<dyn Future<Output = SpanId> + 'e>>) -> SpanId {
    match poll_once(call(&event()).as_mut()) {
        Poll::Ready(seen) => seen,
        Poll::Pending => panic!("not ready"),
    }
}

#[tokio::test]
async fn async_span_starts_at_the_first_poll() {
    let sdk = Sdk::install();
    let event = event();
    let future = boxed(&event);
    assert_eq!(sdk.sampled().len(), 0);
    let mut future = future;
    let guard = active(producer(2)).attach();
    assert!(poll_once(future.as_mut()).is_pending());
    drop(guard);
    assert_eq!(sdk.sampled().len(), 1);
    future.await;
    assert_eq!(sdk.span().parent_span_id, producer(2).span_id());
}

#[test]
fn future_after_statements_starts_its_span_at_the_call() {
    let sdk = Sdk::install();
    let event = event();
    let future = boxed_and_static(&event);
    assert_eq!(sdk.sampled().len(), 1);
    drop(future);
    assert_eq!(
        pairs(&sdk.span().attributes),
        [("linked_span.cancelled", true.into())]
    );
}

#[test]
fn future_that_is_never_polled_has_no_span() {
    let sdk = Sdk::install();
    let event = event();
    drop(boxed(&event));
    assert_eq!(sdk.sampled().len(), 0);
}

#[linked_span(event)]
fn panics_before(event: &Origin) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    assert!(!event.span_context().is_valid(), "as it should");
    Box::pin(async {})
}

#[test]
fn panic_before_the_future_is_recorded() {
    let sdk = Sdk::install();
    assert!(std::panic::catch_unwind(|| panics_before(&event())).is_err());
    assert_eq!(sdk.span().status, Status::error("panicked"));
}

#[linked_span(event)]
fn fails(event: Origin) -> impl Future<Output = Result<(), &'static str>> {
    async move {
        drop(event);
        Err("broken")
    }
}

#[tokio::test]
async fn err_of_a_returned_future_is_recorded() {
    let sdk = Sdk::install();
    assert!(fails(event()).await.is_err());
    assert_eq!(sdk.span().status, Status::error("broken"));
}

#[async_trait]
trait Handle {
    async fn handle(&mut self, event: &Origin) -> SpanId;

    #[linked_span(event)]
    async fn handle_by_default(&self, event: &Origin) -> SpanId {
        tokio::task::yield_now().await;
        current()
    }
}

struct Service {
    handled: usize,
}

#[async_trait]
impl Handle for Service {
    #[linked_span(event, attributes(handled = self.handled))]
    async fn handle(&mut self, event: &Origin) -> SpanId {
        self.handled += 1;
        tokio::task::yield_now().await;
        current()
    }
}

#[tokio::test]
async fn async_trait_methods_run_in_their_spans() {
    let sdk = Sdk::install();
    let mut service = Service { handled: 6 };
    let seen = service.handle(&event()).await;
    let span = sdk.span_called("handle");
    assert_ran_inside(&span, seen);
    assert_eq!(pairs(&span.attributes), [("handled", 6.into())]);
    assert_eq!(service.handled, 7);
    let seen = service.handle_by_default(&event()).await;
    assert_ran_inside(&sdk.span_called("handle_by_default"), seen);
}
