//! Shared helpers of the tests in this edition: values that log their drop, and an exporter that logs the end of a
//! span.
#![allow(clippy::pedantic)]

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll, Waker};

use linked_span::{LinkedEvent, Origin};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Adds a line to this thread's log.
pub fn log(line: &str) {
    LOG.with(|log| log.borrow_mut().push(line.to_owned()));
}

/// Returns the log of `part`, and whether it panicked.
pub fn logged(part: impl FnOnce()) -> Vec<String> {
    LOG.with(|log| log.borrow_mut().clear());
    let part = std::panic::AssertUnwindSafe(part);
    if std::panic::catch_unwind(part).is_err() {
        log("panicked");
    }
    LOG.with(RefCell::take)
}

/// Ignores a result.
pub fn ignore<T>(_: T) {}

/// A value that logs its drop.
#[derive(Debug)]
pub struct Note(pub &'static str);

impl Note {
    /// Uses it without a move.
    pub fn touch(&self) -> usize {
        self.0.len()
    }

    /// Uses it mutably.
    pub fn change(&mut self) {
        self.0 = "changed";
    }

    /// Always fails.
    pub fn fail(&self) -> Result<usize, String> {
        Err(self.0.to_owned())
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        log(self.0);
    }
}

/// An event that logs its drop.
#[derive(Debug, LinkedEvent)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: u32,
    /// Logs the drop.
    #[event(skip)]
    pub note: Note,
    /// Where it came from.
    pub metadata: Origin,
}

/// Returns an event whose note has this name.
pub fn order(name: &'static str) -> Order {
    Order {
        id: "order-1".to_owned(),
        number: 1,
        note: Note(name),
        metadata: Origin::default(),
    }
}

/// Logs the end of each span, and its status unless it is unset.
#[derive(Debug)]
struct LogEnds;

impl SpanExporter for LogEnds {
    fn export(&self, spans: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        for span in spans {
            log(&format!("end {:?}", span.status));
        }
        std::future::ready(Ok(()))
    }
}

/// Installs an SDK for the whole test program.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let provider = SdkTracerProvider::builder();
        linked_span::set_tracer_provider(provider.with_simple_exporter(LogEnds).build());
    });
}

/// Polls a future until it is done.
pub fn wait<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

/// Polls a future once, and drops it.
pub fn poll_and_drop<F: Future>(future: F) {
    let mut future = Box::pin(future);
    assert!(poll(future.as_mut()).is_pending());
}

/// Polls a future once.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Is pending once.
#[derive(Debug, Default)]
pub struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
