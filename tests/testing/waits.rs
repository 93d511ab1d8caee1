//! Assertions that wait for other threads and tasks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use linked_span::{Origin, linked_span, testing};

#[linked_span(event)]
fn consume(event: &Origin) {}

#[linked_span(event)]
async fn consume_async(event: Origin) {
    tokio::task::yield_now().await;
}

#[linked_span(event)]
async fn wait_for_ever(event: Origin) {
    std::future::pending::<()>().await;
}

fn later(event: &Origin, after: Duration) -> thread::JoinHandle<()> {
    let event = event.clone();
    thread::spawn(move || {
        thread::sleep(after);
        consume(&event);
    })
}

#[test]
fn eventually_waits_for_another_thread() {
    let spans = testing::capture();
    let event = spans.producer();
    let pool = later(&event, Duration::from_millis(50));
    spans.eventually("consume").linked_to(&event);
    pool.join().expect("no panic");
}

#[test]
fn eventually_fails_after_its_patience() {
    let spans = testing::capture().patience(Duration::from_millis(50));
    let began = Instant::now();
    let failed = catch_unwind(AssertUnwindSafe(|| spans.eventually("consume")));
    assert!(failed.is_err());
    assert!(began.elapsed() >= Duration::from_millis(50));
}

#[test]
fn eventually_all_waits_for_the_last() {
    let spans = testing::capture();
    let events = [spans.producer(), spans.producer()];
    let pools = [
        later(&events[0], Duration::ZERO),
        later(&events[1], Duration::from_millis(50)),
    ];
    let consumed = spans.eventually_all("consume", 2);
    assert_eq!(consumed.len(), 2);
    for pool in pools {
        pool.join().expect("no panic");
    }
}

#[test]
fn not_linked_waits_for_a_late_span_and_fails() {
    let spans = testing::capture();
    let event = spans.producer();
    let pool = later(&event, Duration::from_millis(30));
    let failed = catch_unwind(AssertUnwindSafe(|| {
        spans.not_linked_within(&event, Duration::from_secs(10));
    }));
    assert!(failed.is_err(), "the span came and was not seen");
    pool.join().expect("no panic");
}

#[test]
fn not_linked_passes_where_the_event_is_not_handled() {
    let spans = testing::capture();
    let (handled, dropped) = (spans.producer(), spans.producer());
    consume(&handled);
    let began = Instant::now();
    spans.not_linked(&dropped);
    assert!(
        began.elapsed() >= Duration::from_millis(100),
        "it does not wait"
    );
}

/// A fixed origin belongs to no capture, so its span on a pool thread is unclaimed.
#[test]
fn not_linked_looks_at_unclaimed_spans_too() {
    let spans = testing::capture();
    let event = Origin::from(linked_span_tests::producer(200));
    later(&event, Duration::ZERO).join().expect("no panic");
    let failed = catch_unwind(AssertUnwindSafe(|| spans.not_linked(&event)));
    assert!(failed.is_err());
}

#[tokio::test(flavor = "current_thread")]
async fn eventually_async_lets_tasks_of_one_thread_run() {
    let spans = testing::capture();
    let event = spans.producer();
    tokio::spawn(consume_async(event.clone()));
    spans
        .eventually_async("consume_async")
        .await
        .linked_to(&event)
        .succeeded();
}

#[tokio::test(flavor = "current_thread")]
async fn eventually_async_fails_after_its_patience() {
    let spans = testing::capture().patience(Duration::from_millis(50));
    let waiting = tokio::spawn(async move {
        spans.eventually_async("consume_async").await;
    });
    assert!(waiting.await.is_err_and(|error| error.is_panic()));
}

#[tokio::test(flavor = "current_thread")]
async fn aborted_handler_is_cancelled() {
    let spans = testing::capture();
    let event = spans.producer();
    let task = tokio::spawn(wait_for_ever(event.clone()));
    tokio::task::yield_now().await;
    task.abort();
    spans
        .eventually_async("wait_for_ever")
        .await
        .linked_to(&event)
        .cancelled();
}
