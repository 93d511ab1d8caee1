//! The capture that receives a span.

use std::sync::mpsc;
use std::thread;

use linked_span::{LinkedEvent, Origin, linked_span, set_attribute, testing};
use linked_span_tests::producer;
use opentelemetry::trace::{FutureExt as _, TraceContextExt, Tracer};
use opentelemetry::{Context, global};

#[linked_span(event)]
fn consume(event: &Origin) {}

#[linked_span(event, parent = event)]
fn consume_as_child(event: &Origin) {}

#[linked_span(events)]
fn consume_batch(events: &[Origin]) {}

fn unrelated(name: &'static str) {
    global::tracer("test").in_span(name, |_| {});
}

#[test]
fn span_without_parent_or_links_on_a_pool_thread_is_unclaimed() {
    let spans = testing::capture();
    thread::spawn(|| unrelated("unrelated"))
        .join()
        .expect("no panic");
    assert_eq!(spans.all("unrelated").len(), 0);
    assert!(spans.unclaimed().contains(&"unrelated".to_owned()));
    let printed = spans.tree();
    assert!(printed.contains("Of no capture"), "{printed}");
    assert!(printed.contains("unrelated"), "{printed}");
}

#[test]
fn child_of_an_unclaimed_span_is_claimed_by_its_links() {
    let spans = testing::capture();
    let event = spans.producer();
    let handled = event.clone();
    let pool = thread::spawn(move || {
        global::tracer("test").in_span("poll", |_| consume(&handled));
    });
    pool.join().expect("no panic");
    spans.one("consume").linked_to(&event);
    assert!(spans.unclaimed().contains(&"poll".to_owned()));
}

#[test]
fn pool_thread_is_routed_by_links_to_two_captures_in_turn() {
    let (send, receive) = mpsc::channel::<Origin>();
    let pool = thread::spawn(move || receive.into_iter().for_each(|event| consume(&event)));
    let first = testing::capture();
    let event = first.producer();
    send.send(event.clone()).expect("a consumer");
    first.eventually("consume").linked_to(&event);
    drop(first);

    let second = testing::capture();
    let event = second.producer();
    send.send(event.clone()).expect("a consumer");
    second.eventually("consume").linked_to(&event);
    drop(send);
    pool.join().expect("no panic");
}

#[test]
fn routing_by_thread_ends_with_the_capture() {
    let first = testing::capture();
    unrelated("first");
    drop(first);
    unrelated("between");
    let second = testing::capture();
    unrelated("second");
    second.one("second");
    assert_eq!(second.all("first").len(), 0);
    assert_eq!(second.all("between").len(), 0);
}

#[test]
fn inner_capture_has_the_thread_until_it_is_dropped() {
    let outer = testing::capture();
    let inner = testing::capture();
    unrelated("inner");
    drop(inner);
    unrelated("outer");
    outer.one("outer");
    assert_eq!(outer.all("inner").len(), 0);
}

#[test]
fn capture_that_another_thread_drops_releases_its_thread() {
    let capture = testing::capture();
    thread::spawn(move || drop(capture))
        .join()
        .expect("no panic");
    let next = testing::capture();
    unrelated("next");
    next.one("next");
}

#[test]
fn claimed_thread_is_released_with_the_guard() {
    let spans = testing::capture();
    thread::scope(|scope| {
        scope.spawn(|| {
            let claimed = spans.claim_thread();
            unrelated("claimed");
            drop(claimed);
            unrelated("released");
        });
    });
    spans.one("claimed");
    assert_eq!(spans.all("released").len(), 0);
}

#[test]
fn child_of_a_producer_is_captured_on_any_thread() {
    let spans = testing::capture();
    let event = spans.producer();
    let handled = event.clone();
    thread::spawn(move || consume_as_child(&handled))
        .join()
        .expect("no panic");
    spans
        .one("consume_as_child")
        .child_of(&event)
        .linked_to(&event);
}

/// Two tests may use the same fixed `traceparent`: only the thread distinguishes them.
#[test]
fn shared_remote_parent_belongs_to_no_capture() {
    let shared = Origin::from(producer(1));
    let spans = testing::capture();
    thread::scope(|scope| {
        scope.spawn(|| {
            let other = testing::capture();
            consume_as_child(&shared);
            consume_as_child(&shared);
            assert_eq!(other.all("consume_as_child").len(), 2);
        });
    });
    consume_as_child(&shared);
    spans.one("consume_as_child").child_of(&shared);
}

#[test]
fn batch_of_two_captures_belongs_to_both() {
    let [first, second] = [testing::capture(), testing::capture()];
    let events = [first.producer(), second.producer(), first.producer()];
    let batch = events.clone();
    thread::spawn(move || consume_batch(&batch))
        .join()
        .expect("no panic");
    for spans in [&first, &second] {
        spans
            .one("consume_batch")
            .links(3)
            .linked_to(&events[0])
            .linked_to(&events[1]);
    }
}

#[test]
fn links_on_child_spans_count_as_the_handler_s() {
    let spans = testing::capture();
    let events: Vec<Origin> = (0..300).map(|_| spans.producer()).collect();
    consume_batch(&events);
    spans
        .one("consume_batch")
        .links(300)
        .linked_to(&events[299]);
}

#[test]
fn link_that_is_added_later_claims_the_span() {
    let spans = testing::capture();
    let event = spans.producer();
    let linked = event.clone();
    let pool = thread::spawn(move || {
        global::tracer("test").in_span("late", |context| {
            context
                .span()
                .add_link(linked.span_context().clone(), Vec::new());
        });
    });
    pool.join().expect("no panic");
    spans.one("late").linked_to(&event);
}

#[test]
fn span_that_ends_after_its_capture_is_given_to_no_other() {
    let first = testing::capture();
    let tracer = global::tracer("test");
    let open = tracer.start("left open");
    drop(first);
    let second = testing::capture();
    let before = second.unclaimed().len();
    drop(open);
    assert_eq!(second.all("left open").len(), 0);
    assert!(!second.unclaimed()[before..].contains(&"left open".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spawned_tasks_are_routed_by_their_context() {
    let spans = testing::capture();
    let producer = Context::current_with_span(global::tracer("test").start("request"));
    let tasks: Vec<_> = (0..20)
        .map(|_| tokio::spawn(async { unrelated("work") }.with_context(producer.clone())))
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    producer.span().end();
    let request = spans.one("request");
    for work in spans.all("work") {
        work.child_of(&request);
    }
    assert_eq!(spans.all("work").len(), 20);
}

#[test]
fn attributes_of_the_body_are_captured() {
    #[derive(LinkedEvent)]
    struct Event {
        metadata: Origin,
    }
    #[linked_span(event)]
    fn count_stock(event: &Event) {
        set_attribute("stock", 3);
    }
    let spans = testing::capture();
    count_stock(&Event {
        metadata: spans.producer(),
    });
    spans.one("count_stock").has("stock", 3);
}

#[linked_span(event)]
fn consume_in_steps(event: &Origin) {
    unrelated("step");
}

/// The child ends before the handler does, so the handler's links are recorded when it starts.
#[test]
fn child_of_a_linked_handler_on_a_pool_thread_is_captured() {
    let spans = testing::capture();
    let event = spans.producer();
    let copy = event.clone();
    let pool = thread::spawn(move || consume_in_steps(&copy));
    pool.join().expect("no panic");
    let handler = spans.one("consume_in_steps").linked_to(&event);
    spans.one("step").child_of(&handler);
}
