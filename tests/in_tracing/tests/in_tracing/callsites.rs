//! The registration of handlers with `tracing`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use tracing::subscriber::{Interest, with_default};
use tracing::{Dispatch, Metadata, Span, Subscriber, info};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;

use crate::lines_to;
use crate::shared::Written;

fn event() -> Origin {
    producer(1).into()
}

/// tracing#3611 reports a callsite that was first used before `init` and stayed off.
#[test]
fn handler_called_before_a_subscriber_is_installed_is_logged_afterwards() {
    #[linked_span(event)]
    fn early(event: &Origin) {
        info!("working");
    }

    let (_sdk, written) = (Sdk::install(), Written::default());
    linked_span::use_tracing(true);
    thread::spawn(|| early(&event())).join().expect("no panic");
    with_default(registry().with(lines_to!(written)), || early(&event()));
    assert_eq!(written.lines(), [" INFO early: working"]);
}

/// With a single subscriber, `tracing` only asks the current thread's one. The callsite would stay off on other
/// threads.
#[test]
fn handler_called_on_a_thread_without_a_subscriber_is_a_span_elsewhere() {
    #[linked_span(event)]
    fn elsewhere(event: &Origin) -> bool {
        Span::current().is_none()
    }

    let _sdk = Sdk::install();
    linked_span::use_tracing(true);
    with_default(registry(), || {
        let here = thread::spawn(|| elsewhere(&event())).join();
        assert!(here.expect("no panic"));
        assert!(!elsewhere(&event()));
    });
}

#[linked_span(event)]
fn registered(event: &Origin) -> bool {
    Span::current().is_none()
}

/// Handles an event during each registration of a callsite.
struct Handles(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Handles {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.name() == "registered" {
            self.0.fetch_add(1, Ordering::Relaxed);
            registered(&event());
        }
        Interest::always()
    }
}

/// tracing#2020 and tracing#2083 report registrations that never ended.
#[test]
fn subscriber_that_handles_an_event_while_it_registers_the_handler_ends() {
    let _sdk = Sdk::install();
    linked_span::use_tracing(true);
    let asked = Arc::new(AtomicUsize::new(0));
    let layer = Handles(Arc::clone(&asked));
    let (ended, wait) = mpsc::channel();
    thread::spawn(move || {
        // With a second subscriber, `tracing` holds its own lock while it registers.
        let other = Dispatch::new(registry());
        let is_none = with_default(registry().with(layer), || registered(&event()));
        drop(other);
        ended.send(is_none).expect("a receiver");
    });
    let is_none = wait.recv_timeout(Duration::from_secs(20)).expect("an end");
    assert!(!is_none, "a `tracing` span");
    assert!(asked.load(Ordering::Relaxed) > 0);
}

/// Counts the registrations of callsites with this name.
struct Registered(&'static str, Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Registered {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.name() == self.0 {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
        Interest::always()
    }
}

#[linked_span(event)]
fn generic<T>(event: &Origin, _: T) {
    info!("working");
}

#[test]
fn generic_handler_called_by_many_threads_is_registered_once() {
    let (_sdk, written) = (Sdk::install(), Written::default());
    linked_span::use_tracing(true);
    let registrations = Arc::new(AtomicUsize::new(0));
    let layer = Registered("generic", Arc::clone(&registrations));
    let subscriber = Dispatch::new(registry().with(layer).with(lines_to!(written)));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                tracing::dispatcher::with_default(&subscriber, || {
                    for _ in 0..25 {
                        generic(&event(), 1_u8);
                        generic(&event(), "text");
                    }
                });
            });
        }
    });
    assert_eq!(registrations.load(Ordering::Relaxed), 1);
    let lines = written.lines();
    assert_eq!(lines.len(), 400);
    assert!(lines.iter().all(|line| line == " INFO generic: working"));
}

/// A subscriber that panics while a handler is registered.
struct Panics(AtomicBool);

impl<S: Subscriber> Layer<S> for Panics {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let is_first = metadata.name() == "unlucky" && !self.0.swap(true, Ordering::Relaxed);
        assert!(!is_first, "registers nothing");
        Interest::always()
    }
}

#[test]
fn subscriber_that_panics_while_it_registers_costs_no_handler() {
    #[linked_span(event)]
    fn unlucky(event: &Origin) {
        info!("working");
    }

    let (sdk, written) = (Sdk::install(), Written::default());
    linked_span::use_tracing(true);
    let panics = Panics(AtomicBool::new(false));
    with_default(registry().with(panics).with(lines_to!(written)), || {
        unlucky(&event());
        unlucky(&event());
    });
    assert_eq!(written.lines(), [" INFO unlucky: working"; 2]);
    assert_eq!(sdk.spans().len(), 2);
}
