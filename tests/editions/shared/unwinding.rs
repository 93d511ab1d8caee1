//! A future keeps its unwind safety, and panics as before when it is polled too often.

use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::Poll;

use linked_span::{LinkedEvent, Origin};
use linked_span_tests_edition::{install, poll, Yield};

/// An event that is unwind safe.
#[derive(Debug, Default)]
pub(crate) struct Event(u32);

impl LinkedEvent for Event {
    fn origin(&self) -> Origin {
        Origin::default()
    }
}

twice!(later (event) {
    pub(crate) async fn handle(event: Event, number: u32) -> u32 {
        Yield::default().await;
        drop(event);
        number
    }
});

twice!(boxed (event) {
    pub(crate) fn handle(event: &Event) -> Pin<Box<dyn Future<Output = u32> + Send + UnwindSafe>> {
        let _ = event;
        Box::pin(async { 1 })
    }
});

twice!(only_boxed (event) {
    pub(crate) fn handle(event: Event) -> Pin<Box<dyn Future<Output = u32> + Send + UnwindSafe>> {
        Box::pin(async move {
            drop(event);
            1
        })
    }
});

twice!(opaque (event) {
    pub(crate) fn handle(event: Event) -> impl Future<Output = u32> {
        async move {
            Yield::default().await;
            drop(event);
            1
        }
    }
});

twice!(ready (event) {
    pub(crate) fn handle(event: Event) -> impl Future<Output = u32> {
        drop(event);
        std::future::ready(1)
    }
});

twice!(fails (event) {
    pub(crate) fn handle(event: Event) -> impl Future<Output = u32> {
        async move {
            assert!(event.0 > 0, "as it should");
            1
        }
    }
});

fn is_unwind_safe<T: UnwindSafe>(_: &T) {}
fn is_ref_unwind_safe<T: RefUnwindSafe>(_: &T) {}

#[test]
fn futures_are_unwind_safe() {
    is_unwind_safe(&later::without::handle(Event::default(), 1));
    is_unwind_safe(&later::with::handle(Event::default(), 1));
    is_unwind_safe(&boxed::with::handle(&Event::default()));
    is_unwind_safe(&only_boxed::without::handle(Event::default()));
    is_unwind_safe(&only_boxed::with::handle(Event::default()));
    is_unwind_safe(&opaque::without::handle(Event::default()));
    is_unwind_safe(&opaque::with::handle(Event::default()));
    is_ref_unwind_safe(&ready::without::handle(Event::default()));
    is_ref_unwind_safe(&ready::with::handle(Event::default()));
}

/// Returns `true` if a completed future panics when it is polled.
fn panics_when_it_is_done<F: Future<Output = u32>>(future: F) -> bool {
    let mut future = Box::pin(future);
    while poll(future.as_mut()).is_pending() {}
    let again = AssertUnwindSafe(|| poll(future.as_mut()));
    catch_unwind(again).is_err()
}

#[test]
fn futures_that_are_done_panic_when_they_are_polled() {
    install();
    let event = Event::default;
    assert!(panics_when_it_is_done(later::without::handle(event(), 1)));
    assert!(panics_when_it_is_done(later::with::handle(event(), 1)));
    assert!(panics_when_it_is_done(boxed::without::handle(&event())));
    assert!(panics_when_it_is_done(boxed::with::handle(&event())));
    assert!(panics_when_it_is_done(only_boxed::with::handle(event())));
    assert!(panics_when_it_is_done(opaque::without::handle(event())));
    assert!(panics_when_it_is_done(opaque::with::handle(event())));
    assert!(panics_when_it_is_done(ready::without::handle(event())));
    assert!(panics_when_it_is_done(ready::with::handle(event())));
}

/// A future that has panicked panics again, as the function's own future does.
#[test]
fn futures_that_have_panicked_panic_again() {
    fn panics_twice<F: Future<Output = u32>>(future: F) -> bool {
        let mut future = Box::pin(future);
        let mut panics = || {
            let polled: Result<Poll<u32>, _> =
                catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())));
            polled.is_err()
        };
        panics() && panics()
    }
    install();
    assert!(panics_twice(fails::without::handle(Event::default())));
    assert!(panics_twice(fails::with::handle(Event::default())));
}
