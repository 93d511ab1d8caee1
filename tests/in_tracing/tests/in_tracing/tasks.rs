//! Threads and tasks that share a handler's `tracing` span.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use tracing::span::Id;
use tracing::subscriber::{set_default, with_default};
use tracing::{Dispatch, Span, Subscriber, info, info_span, instrument};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{self, Layer, SubscriberExt};
use tracing_subscriber::registry;

use crate::lines_to;
use crate::shared::{Written, called, names, otel};

fn event() -> Origin {
    producer(1).into()
}

/// Without an explicit end, a task that enters the span later would extend it: tracing-opentelemetry#116.
#[test]
fn exported_end_is_the_bodys_although_a_thread_enters_the_span_later() {
    #[linked_span(event)]
    fn spawning(event: &Origin) -> thread::JoinHandle<()> {
        let span = Span::current();
        let dispatch = tracing::dispatcher::get_default(Dispatch::clone);
        thread::spawn(move || {
            tracing::dispatcher::with_default(&dispatch, || {
                thread::sleep(Duration::from_millis(200));
                let entered = span.entered();
                info!("late");
                drop(entered);
            });
        })
    }

    let sdk = Sdk::install();
    with_default(registry().with(otel()), || {
        let late = spawning(&event());
        assert_eq!(sdk.spans().len(), 1, "exported when the body ends");
        late.join().expect("no panic");
    });
    let span = sdk.span();
    let took = span.end_time.duration_since(span.start_time);
    assert!(took.expect("a duration") < Duration::from_millis(200));
}

/// The entered spans of all threads.
#[derive(Default)]
struct Entered {
    now: Mutex<HashSet<u64>>,
    twice: Mutex<usize>,
}

struct Watches(Arc<Entered>);

impl<S: Subscriber> Layer<S> for Watches {
    fn on_enter(&self, id: &Id, _: layer::Context<'_, S>) {
        let mut now = self.0.now.lock().unwrap_or_else(PoisonError::into_inner);
        if !now.insert(id.into_u64()) {
            *self.0.twice.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
    }

    fn on_exit(&self, id: &Id, _: layer::Context<'_, S>) {
        let mut now = self.0.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.remove(&id.into_u64());
    }
}

#[linked_span(event)]
async fn yielding(event: Origin, times: usize) {
    for _ in 0..times {
        tokio::task::yield_now().await;
        assert_eq!(
            Span::current().metadata().map(tracing::Metadata::name),
            Some("yielding")
        );
    }
}

/// sentry-rust#946 reports a span that two threads were in.
#[test]
fn span_of_a_task_that_moves_is_entered_by_one_thread_at_once() {
    let sdk = Sdk::install();
    let entered = Arc::new(Entered::default());
    let subscriber = registry().with(Watches(Arc::clone(&entered))).with(otel());
    let dispatch = Dispatch::new(subscriber);
    let on_each = dispatch.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .on_thread_start(move || {
            let guard = tracing::dispatcher::set_default(&on_each);
            std::mem::forget(guard);
        })
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..40)
            .map(|_| tokio::spawn(yielding(event(), 50)))
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
    });
    assert_eq!(sdk.spans().len(), 40);
    assert_eq!(
        *entered.twice.lock().unwrap_or_else(PoisonError::into_inner),
        0
    );
    assert!(
        entered
            .now
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    );
    drop(dispatch);
}

fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The user's guard is held over an await, so it exits late on this thread: tracing#3514.
#[test]
fn guard_that_the_body_holds_over_an_await_does_not_panic() {
    #[linked_span(event)]
    async fn holding(event: Origin) {
        let _held = info_span!("held").entered();
        tokio::task::yield_now().await;
    }

    let sdk = Sdk::install();
    with_default(registry().with(otel()), || {
        let mut future = Box::pin(holding(event()));
        while poll(future.as_mut()).is_pending() {}
        drop(future);
        assert!(Span::current().is_none());
    });
    let spans = sdk.spans();
    assert_eq!(names(&spans).len(), 2);
    let [held, handler] = ["held", "holding"].map(|name| called(&spans, name));
    assert_eq!(held.parent_span_id, handler.span_context.span_id());
}

/// A layer's filter hides the parent, as in tracing#1656.
#[test]
fn handler_in_a_span_that_is_filtered_does_not_panic() {
    #[linked_span(event)]
    fn visible(event: &Origin) {
        info!("working");
    }

    #[instrument]
    fn hidden() {
        visible(&event());
    }

    let (sdk, written) = (Sdk::install(), Written::default());
    let filter = filter_fn(|metadata| metadata.name() != "hidden");
    let subscriber = registry()
        .with(otel().with_filter(filter))
        .with(lines_to!(written));
    with_default(subscriber, hidden);
    assert_eq!(names(&sdk.spans()), ["visible"]);
    assert_eq!(written.lines(), [" INFO hidden:visible: working"]);
}

/// The span must be exited in the subscriber in which it was entered, unlike tracing-opentelemetry#86.
#[test]
fn handler_that_swaps_the_subscriber_leaves_its_own() {
    #[linked_span(event)]
    fn swapping(event: &Origin, other: Written) -> tracing::subscriber::DefaultGuard {
        let guard = set_default(registry().with(lines_to!(other)));
        info!("elsewhere");
        guard
    }

    let sdk = Sdk::install();
    let [written, other] = [Written::default(), Written::default()];
    let subscriber = registry().with(otel()).with(lines_to!(written));
    with_default(subscriber, || {
        let guard = swapping(&event(), other.clone());
        drop(guard);
        info!("back");
        assert!(Span::current().is_none());
    });
    assert_eq!(names(&sdk.spans()), ["swapping"]);
    assert_eq!(other.lines(), [" INFO elsewhere"]);
    assert_eq!(written.lines(), [" INFO back"]);
}

#[test]
fn future_that_another_thread_drops_is_cancelled_there() {
    let sdk = Sdk::install();
    with_default(registry().with(otel()), || {
        let mut future = Box::pin(yielding(event(), 5));
        assert!(poll(future.as_mut()).is_pending());
        thread::spawn(move || drop(future))
            .join()
            .expect("no panic");
    });
    let span = sdk.span();
    assert_eq!(
        span.events.iter().next().map(|event| &*event.name),
        Some("linked_span.cancelled")
    );
}
