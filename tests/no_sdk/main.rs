//! A process without an SDK: handlers work the same, at almost no cost.

mod baggage;
mod fan_in;
mod hostile;
mod own_tracer;

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context as Task, Poll, Waker};
use std::time::Instant;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{active, producer, traceparent};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

#[derive(LinkedEvent)]
struct Event {
    id: String,
    #[event(type)]
    kind: String,
    metadata: HashMap<String, String>,
}

fn event() -> Event {
    Event {
        id: "e-1".into(),
        kind: "order.created".into(),
        metadata: HashMap::from([
            ("traceparent".into(), traceparent(&producer(1))),
            ("tracestate".into(), "vendor=state".into()),
        ]),
    }
}

thread_local! {
    static EVALUATED: Cell<usize> = const { Cell::new(0) };
}

fn evaluated(text: &str) -> String {
    EVALUATED.with(|evaluated| evaluated.set(evaluated.get() + 1));
    text.to_owned()
}

#[linked_span(event, name = evaluated("name"), attributes(key = evaluated("value")))]
fn plain(event: &Event) -> usize {
    black_box(event.id.len())
}

#[linked_span(event, name = evaluated("name"))]
async fn asynchronous(event: &Event) -> usize {
    black_box(event.id.len())
}

#[linked_span(event, attributes(key = evaluated("value")))]
fn opaque(event: &Event) -> impl Future<Output = usize> {
    async move { black_box(event.id.len()) }
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("not ready"),
    }
}

fn handle_all(event: &Event) {
    assert_eq!(plain(event), 3);
    assert_eq!(ready(asynchronous(event)), 3);
    assert_eq!(ready(opaque(event)), 3);
}

/// Asserts that handlers allocate nothing beyond the check for an SDK.
///
/// Each thread makes that check once per millisecond. It costs one allocation: a span of OpenTelemetry's no-op tracer.
fn assert_no_allocation() {
    let event = event();
    handle_all(&event);
    let start = Instant::now();
    let allocations = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            handle_all(&event);
        }
    });
    let asked = start.elapsed().as_millis() + 1;
    assert!(
        u128::from(allocations.count_total) <= asked,
        "{allocations:?}, and asked {asked} times at most"
    );
    assert_eq!(EVALUATED.with(Cell::get), 0);
}

#[test]
fn handler_allocates_nothing() {
    assert_no_allocation();
}

#[test]
fn handler_under_a_remote_context_allocates_nothing() {
    let _guard = active(producer(2)).attach();
    assert_no_allocation();
}

/// Within the millisecond nothing allocates. In one second, some attempt runs without an interruption.
#[test]
fn handler_within_the_cache_window_allocates_nothing() {
    let event = event();
    let none = (0..1_000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(1));
        handle_all(&event);
        allocation_counter::measure(|| handle_all(&event)).count_total == 0
    });
    assert!(none);
}

#[test]
fn handler_keeps_the_ambient_context() {
    #[linked_span(event, parent = root)]
    fn current(event: &Event) -> SpanContext {
        Context::map_current(|context| context.span().span_context().clone())
    }

    assert_eq!(current(&event()), SpanContext::NONE);
    let _guard = active(producer(2)).attach();
    assert_eq!(current(&event()), producer(2));
    assert_eq!(Origin::current(), producer(2).into());
}
