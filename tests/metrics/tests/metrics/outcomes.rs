//! `error.type` distinguishes an `Err`, a panic and a cancellation.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use linked_span::{Origin, linked_span};
use linked_span_tests_metrics::{Meters, counted};

const DURATION: &str = "linked_span.handler.duration";
const LABELS: [&str; 2] = ["linked_span.handler", "error.type"];

#[derive(Debug)]
struct OutOfStock;

struct Mute;

#[linked_span(event)]
fn fails(event: &Origin) -> Result<(), OutOfStock> {
    Err(OutOfStock)
}

#[linked_span(event)]
fn fails_without_a_text(event: &Origin) -> Result<(), Mute> {
    Err(Mute)
}

#[linked_span(event, errors = type)]
fn fails_by_type(event: &Origin) -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

#[linked_span(event, errors = off)]
fn fails_unrecorded(event: &Origin) -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

#[linked_span(event)]
fn panics(event: &Origin) {
    panic!("the stock is gone");
}

#[linked_span(event)]
async fn waits(event: Origin) -> Result<(), std::fmt::Error> {
    std::future::pending().await
}

#[linked_span(event)]
async fn fails_later(event: Origin) -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

#[linked_span(event)]
async fn panics_later(event: Origin) {
    panic!("the stock is gone");
}

#[linked_span(event)]
fn boxed(event: Origin) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let _ = event;
    Box::pin(async {})
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn err_is_recorded_by_its_type() {
    let meters = Meters::install();
    let event = Origin::default();
    let _ = fails(&event);
    let _ = fails_without_a_text(&event);
    let _ = fails_by_type(&event);
    let _ = fails_unrecorded(&event);
    let expected = counted(&[
        (["fails", "metrics::outcomes::OutOfStock"], 1),
        (["fails_without_a_text", "metrics::outcomes::Mute"], 1),
        (["fails_by_type", "core::fmt::Error"], 1),
        (["fails_unrecorded", ""], 1),
    ]);
    assert_eq!(meters.counts(DURATION, LABELS), expected);
    for series in meters.series(DURATION) {
        assert!(series.keys.is_sorted(), "{:?}", series.keys);
    }
}

#[test]
fn panic_and_cancellation_have_different_error_types() {
    let meters = Meters::install();
    let event = Origin::default();
    assert!(catch_unwind(|| panics(&event)).is_err());
    let panicking = catch_unwind(AssertUnwindSafe(|| {
        let _ = poll(pin!(panics_later(event.clone())));
    }));
    assert!(panicking.is_err());
    {
        let mut waiting = pin!(waits(event.clone()));
        assert!(poll(waiting.as_mut()).is_pending());
        assert!(poll(waiting.as_mut()).is_pending());
    }
    let expected = counted(&[
        (["panics", "panic"], 1),
        (["panics_later", "panic"], 1),
        (["waits", "cancelled"], 1),
    ]);
    assert_eq!(meters.counts(DURATION, LABELS), expected);
}

#[test]
fn future_is_measured_once_it_is_done() {
    let meters = Meters::install();
    let event = Origin::default();
    assert!(poll(pin!(fails_later(event.clone()))).is_ready());
    assert!(poll(boxed(event.clone()).as_mut()).is_ready());
    let expected = counted(&[(["fails_later", "core::fmt::Error"], 1), (["boxed", ""], 1)]);
    assert_eq!(meters.counts(DURATION, LABELS), expected);
}

#[test]
fn future_that_is_never_polled_is_not_measured() {
    let meters = Meters::install();
    drop(waits(Origin::default()));
    assert_eq!(meters.counts(DURATION, LABELS), []);
}

/// The function's span starts before `Box::pin`, at the first statement.
#[test]
fn returned_future_whose_function_ran_is_cancelled_if_it_is_never_polled() {
    let meters = Meters::install();
    drop(boxed(Origin::default()));
    assert_eq!(
        meters.counts(DURATION, LABELS),
        counted(&[(["boxed", "cancelled"], 1)])
    );
}
