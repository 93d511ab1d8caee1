//! Eight concurrent tests of two hundred rounds: no capture has another test's span, and none is lost.

use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use linked_span::testing::{self, Capture, CapturedSpan};
use linked_span::{LinkedEvent, Origin, fan_in, linked_span};
use opentelemetry::Context;
use opentelemetry::global;
use opentelemetry::trace::{FutureExt as _, SpanId, TraceContextExt, Tracer};

const ROUNDS: usize = 200;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: usize,
    metadata: Origin,
}

#[linked_span(event)]
fn single(event: &Event) {}

#[linked_span(events)]
fn batch(events: &[Event]) {}

#[fan_in(payment, inventory)]
fn ship(payment: Event, inventory: Event) {}

#[linked_span(event)]
async fn task(event: Event) {
    tokio::task::yield_now().await;
}

fn event(order: usize, metadata: Origin) -> Event {
    Event { order, metadata }
}

/// Runs one test's rounds: a single handler, a batch, a fan-in over two threads, and a producer in a spawned task.
fn rounds() {
    let spans = testing::capture();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime");
    let mut expected = Vec::new();
    for order in 0..ROUNDS {
        expected.push(round(order, &spans, &runtime));
    }
    let names = ["single", "batch", "ship", "task"];
    let found = names.map(|name| spans.eventually_all(name, ROUNDS));
    for (name, found) in names.iter().zip(&found) {
        assert_eq!(found.len(), ROUNDS, "{name}");
    }
    let [singles, batches, ships, tasks] = found.map(linked_spans);
    for [one, two, three, four] in expected {
        for (linked, event) in [
            (&singles, &one),
            (&batches, &one),
            (&batches, &two),
            (&ships, &two),
            (&ships, &three),
            (&tasks, &four),
        ] {
            assert_eq!(linked.get(&event.span_context().span_id()), Some(&1));
        }
    }
}

/// Returns how many links lead to each span.
fn linked_spans(spans: Vec<CapturedSpan>) -> HashMap<SpanId, usize> {
    let mut counts = HashMap::new();
    for span in spans {
        for link in &span.data().links.links {
            *counts.entry(link.span_context.span_id()).or_default() += 1;
        }
    }
    counts
}

fn round(order: usize, spans: &Capture, runtime: &tokio::runtime::Runtime) -> [Origin; 4] {
    let [one, two, three] = [(); 3].map(|()| spans.producer());
    single(&event(order, one.clone()));
    let pair = [event(order, one.clone()), event(order, two.clone())];
    let (payment, inventory) = (event(order, two.clone()), event(order, three.clone()));
    let ship = Ship::in_memory(Duration::from_mins(1));
    thread::scope(|scope| {
        let ship = &ship;
        scope.spawn(move || {
            batch(&pair);
            let _ = ship.payment(payment).expect("room");
        });
        scope.spawn(move || ship.inventory(inventory).expect("room"));
    });
    // The producer is a span of this test, in a task that receives its context.
    let request = global::tracer("test").start("request");
    let request = Context::new().with_span(request);
    let (send, receive) = mpsc::channel();
    runtime.spawn(
        async move {
            let produced = global::tracer("test").in_span("produce", |_| Origin::current());
            send.send(produced.clone()).expect("a test that waits");
            // The consumer is linked to the producer, and has no other context.
            tokio::spawn(task(event(order, produced)).with_context(Context::new()));
        }
        .with_context(request),
    );
    [one, two, three, receive.recv().expect("a producer")]
}

macro_rules! tests {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            rounds();
        }
    )* };
}
tests!(
    test_1_has_its_own_spans
    test_2_has_its_own_spans
    test_3_has_its_own_spans
    test_4_has_its_own_spans
    test_5_has_its_own_spans
    test_6_has_its_own_spans
    test_7_has_its_own_spans
    test_8_has_its_own_spans
);
