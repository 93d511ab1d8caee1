//! Functions that run once all their inputs were received, and the spans that were exported.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "the spans are constants of the tests"
)]
#![expect(
    clippy::result_large_err,
    reason = "an input that is not taken comes back, however large it is"
)]

mod arrivals;
mod article;
mod begun;
mod cancelled;
mod context;
mod delivered;
mod due;
mod durable;
mod encoded;
mod errors;
mod expired;
mod expiry;
mod extras;
mod hostile;
mod identity;
mod in_tracing;
mod inputs;
mod keys;
mod lent;
mod lists;
mod optional;
mod parked;
mod recorded;
mod renewed;
mod runs;
mod sizes;
mod spans;
mod swept;

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use linked_span::fan_in::{Arrival, ArriveError, JoinOptions, Memory, SweepReport};
use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Time, pairs, producer};
use opentelemetry::Value;
use opentelemetry::trace::SpanContext;
use opentelemetry_sdk::trace::SpanData;
use serde::{Deserialize, Serialize};

const TIMEOUT: Duration = Duration::from_mins(10);
const LEASE: Duration = Duration::from_mins(5);
const BACKOFF: Duration = Duration::from_secs(1);
const DEDUP_WINDOW: Duration = Duration::from_hours(1);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, LinkedEvent)]
#[event(type = "payment.confirmed")]
struct PaymentConfirmed {
    id: String,
    #[event(key)]
    order_id: String,
    metadata: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, LinkedEvent)]
struct InventoryReserved {
    #[event(key)]
    order_id: String,
    metadata: Origin,
}

fn payment(order_id: &str) -> PaymentConfirmed {
    PaymentConfirmed {
        id: "p-1".into(),
        order_id: order_id.into(),
        metadata: producer(1).into(),
    }
}

fn inventory(order_id: &str) -> InventoryReserved {
    InventoryReserved {
        order_id: order_id.into(),
        metadata: producer(2).into(),
    }
}

fn options() -> JoinOptions {
    JoinOptions::timeout(TIMEOUT)
        .lease(LEASE)
        .backoff(BACKOFF)
        .dedup_window(DEDUP_WINDOW)
}

/// Returns a memory of one shard, in which each arrival finds what is overdue.
fn memory<P>(time: &Time) -> Memory<P> {
    time.of(Memory::new().shards(1))
}

/// Runs an arrival inside the span of a consumer.
#[linked_span(event)]
fn consume<T>(event: &Origin, arrive: impl FnOnce() -> T) -> T {
    arrive()
}

#[linked_span(event)]
async fn consume_later<F: Future>(event: &Origin, arrive: F) -> F::Output {
    arrive.await
}

/// Returns the names of the missing inputs of an arrival that waits.
fn waits_for<T, I>(arrival: Result<Arrival<T, I>, ArriveError<I>>) -> String {
    match arrival {
        Ok(Arrival::Waiting { missing, .. }) => missing.to_string(),
        Ok(_) => panic!("it does not wait"),
        Err(error) => panic!("{error}"),
    }
}

/// Returns the value of a run that succeeded.
fn ran<T, I>(arrival: Result<Arrival<T, I>, ArriveError<I>>) -> T {
    match arrival {
        Ok(Arrival::Ran(returned)) => returned,
        Ok(_) => panic!("it has not run"),
        Err(error) => panic!("{error}"),
    }
}

/// Returns the report's counts in the order of their declaration.
fn counts(swept: SweepReport) -> [usize; 5] {
    let SweepReport {
        ran,
        failed,
        unrecorded,
        expired,
        expiry_failed,
        ..
    } = swept;
    [ran, failed, unrecorded, expired, expiry_failed]
}

type Pairs<'p> = Vec<(&'p str, Value)>;

/// Returns each link with its attributes.
fn links(span: &SpanData) -> Vec<(SpanContext, Pairs<'_>)> {
    let links = span.links.links.iter();
    links
        .map(|link| (link.span_context.clone(), pairs(&link.attributes)))
        .collect()
}

fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    let mut attributes = span.attributes.iter();
    let attribute = attributes.find(|attribute| attribute.key.as_str() == key)?;
    Some(attribute.value.clone())
}

/// Polls this number of times, then drops. Returns the output if the future was done.
fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    (0..times).find_map(|_| match poll_once(future.as_mut()) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

fn done<T>(future: impl Future<Output = T>) -> T {
    polled(future, 100).expect("it to be done")
}

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
