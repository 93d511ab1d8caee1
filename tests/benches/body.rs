//! The body of each handler. It does almost nothing, so that it hides no cost.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::events::Event;

pub(crate) fn one(event: &Event) -> usize {
    black_box(event.id.len() + event.metadata.len())
}

/// Is ready at the poll of this number.
pub(crate) async fn polled(event: &Event, polls: usize) -> usize {
    Pending(polls - 1).await;
    one(event)
}

pub(crate) fn batch(events: &[Event]) -> usize {
    black_box(events.len())
}

struct Pending(usize);

impl Future for Pending {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

/// Polls until the future is ready. A runtime would add its own cost.
pub(crate) fn to_its_end<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut task = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = black_box(future.as_mut().poll(&mut task)) {
            return output;
        }
    }
}
