//! Renewal outside of any tokio runtime.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use linked_span::fan_in::{Arrival, JoinOptions, SweepReport};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Shelf, at, milliseconds};

const LEASE: Duration = Duration::from_secs(3);

#[derive(Clone, LinkedEvent)]
struct Half {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

/// Takes longer than its lease, without a runtime.
#[fan_in(payment, inventory)]
async fn ship(payment: &Half, inventory: &Half, takes: Duration) {
    assert_eq!(payment.order, inventory.order);
    let mut waker: Option<Arc<Waker>> = None;
    let end = Instant::now() + takes;
    std::future::poll_fn(|task| {
        if Instant::now() >= end {
            return Poll::Ready(());
        }
        if waker.is_none() {
            let sleeper = Arc::new(task.waker().clone());
            waker = Some(Arc::clone(&sleeper));
            thread::spawn(move || {
                thread::sleep(end.saturating_duration_since(Instant::now()));
                sleeper.wake_by_ref();
            });
        }
        Poll::Pending
    })
    .await;
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A minimal executor.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn claim_without_tokio_is_renewed_while_its_body_runs() {
    let began = Instant::now();
    let clock = move || at(milliseconds(began.elapsed()));
    let store = Shelf::new(true, clock);
    let options = || JoinOptions::timeout(Duration::from_hours(1)).lease(LEASE);
    let (here, there) = (
        Ship::new(store.clone(), options()),
        Ship::new(store, options()),
    );
    let half = || Half {
        order: 7,
        metadata: Origin::default(),
    };
    let first = block_on(here.payment(half(), Duration::ZERO));
    assert!(matches!(first, Ok(Arrival::Waiting { .. })));
    let worker = thread::spawn(move || {
        let last = block_on(here.inventory(half(), 3 * LEASE / 2));
        assert!(matches!(last, Ok(Arrival::Ran(()))), "the claim was lost");
    });
    // Another worker searches for the join all the time, and never finds it due.
    while !worker.is_finished() {
        let swept = block_on(there.sweep(Duration::ZERO)).unwrap();
        assert_eq!(swept, SweepReport::default());
        thread::sleep(LEASE / 30);
    }
    worker.join().unwrap();
}
