//! Handlers that run while their thread ends. They run as they do without telemetry.
//!
//! A panic in such a destructor ends the process, so each case is a separate process.

use std::cell::RefCell;
use std::future::pending;
use std::pin::Pin;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use linked_span::{Origin, extract, inject, linked_span};
use linked_span_tests::{Sdk, active, producer};

use crate::outcomes::poll_once;

static RAN: AtomicUsize = AtomicUsize::new(0);

#[linked_span(event, attributes(answer = 42))]
fn handle(event: &Origin) -> u8 {
    RAN.fetch_add(1, Ordering::Relaxed);
    linked_span::set_attribute("key", "value");
    let mut headers: Vec<(String, String)> = Vec::new();
    inject(&mut headers);
    let _read: Origin = extract(&headers);
    let _current = Origin::current();
    7
}

/// Counts when it is dropped; the future contains it.
struct Counts;

impl Drop for Counts {
    fn drop(&mut self) {
        RAN.fetch_add(1, Ordering::Relaxed);
    }
}

#[linked_span(event)]
async fn wait(event: Origin) {
    let _counts = Counts;
    pending::<()>().await;
}

type Waiting = Pin<Box<dyn Future<Output = ()>>>;

/// Runs a handler when the thread ends, and drops a handler's started future.
#[derive(Default)]
struct AtTheEnd {
    handles: bool,
    waiting: Option<Waiting>,
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        if self.handles {
            assert_eq!(handle(&producer(1).into()), 7);
        }
        drop(self.waiting.take());
    }
}

thread_local! {
    static AT_THE_END: RefCell<AtTheEnd> = RefCell::default();
}

fn handle_at_the_end() {
    AT_THE_END.with_borrow_mut(|end| end.handles = true);
}

fn wait_until_the_end() {
    let mut waiting: Waiting = Box::pin(wait(producer(1).into()));
    assert!(poll_once(waiting.as_mut()).is_pending());
    AT_THE_END.with_borrow_mut(|end| end.waiting = Some(waiting));
}

fn on_a_thread(part: impl FnOnce() + Send + 'static) {
    thread::spawn(part).join().expect("a thread that ends");
}

/// Runs the case in a separate process, and returns its standard error.
fn alone(test: &str, case: impl FnOnce()) {
    const ALONE: &str = "LINKED_SPAN_DESTRUCTORS_ALONE";
    if std::env::var_os(ALONE).is_some() {
        case();
        return;
    }
    let output = Command::new(std::env::current_exe().expect("a test program"))
        .args(["--exact", &format!("destructors::{test}"), "--nocapture"])
        .env(ALONE, "1")
        .output()
        .expect("a process");
    let (printed, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{printed}{errors}");
    assert!(printed.contains("1 passed"), "{printed}");
    // No panic may start at all, because the user's panic hook may end the process.
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn handler_in_a_destructor_runs_after_the_contexts_are_gone() {
    alone(
        "handler_in_a_destructor_runs_after_the_contexts_are_gone",
        || {
            let sdk = Sdk::install();
            // Thread-locals are dropped in reverse order of their first use, so the contexts are already gone.
            on_a_thread(|| {
                handle_at_the_end();
                handle(&Origin::default());
            });
            assert_eq!(RAN.load(Ordering::Relaxed), 2);
            assert_eq!(sdk.spans().len(), 1);
        },
    );
}

#[test]
fn handler_in_a_destructor_has_its_span_while_the_contexts_are_there() {
    alone(
        "handler_in_a_destructor_has_its_span_while_the_contexts_are_there",
        || {
            let sdk = Sdk::install();
            on_a_thread(|| {
                handle(&Origin::default());
                handle_at_the_end();
            });
            on_a_thread(handle_at_the_end);
            assert_eq!(RAN.load(Ordering::Relaxed), 3);
            assert_eq!(sdk.spans().len(), 3);
        },
    );
}

#[test]
fn future_dropped_in_a_destructor_is_cancelled() {
    alone("future_dropped_in_a_destructor_is_cancelled", || {
        let sdk = Sdk::install();
        on_a_thread(|| {
            AT_THE_END.with_borrow(|_| ());
            wait_until_the_end();
        });
        on_a_thread(wait_until_the_end);
        assert_eq!(RAN.load(Ordering::Relaxed), 2);
        let spans = sdk.spans();
        assert_eq!(spans.len(), 2);
        for span in spans {
            assert_eq!(span.links.len(), 1);
            assert_eq!(span.attributes[0].key.as_str(), "linked_span.cancelled");
        }
    });
}

/// The future was started on another thread. This thread has used OpenTelemetry's contexts, but no handler.
#[test]
fn future_dropped_on_a_thread_of_another_runs_its_drop() {
    const TEST: &str = "future_dropped_on_a_thread_of_another_runs_its_drop";
    alone(TEST, || {
        let sdk = Sdk::install();
        let mut waiting = Box::pin(wait(producer(1).into()));
        assert!(poll_once(waiting.as_mut()).is_pending());
        on_a_thread(move || {
            AT_THE_END.with_borrow_mut(|end| end.waiting = Some(waiting));
            drop(active(producer(2)).attach());
            drop(linked_span::Origin::current());
        });
        assert_eq!(RAN.load(Ordering::Relaxed), 1);
        assert_eq!(sdk.spans().len(), 1);
    });
}

#[test]
fn handler_in_a_destructor_runs_without_an_sdk() {
    alone("handler_in_a_destructor_runs_without_an_sdk", || {
        on_a_thread(|| {
            handle_at_the_end();
            wait_until_the_end();
            drop(active(producer(2)).attach());
            drop(linked_span::Origin::current());
        });
        assert_eq!(RAN.load(Ordering::Relaxed), 2);
    });
}
