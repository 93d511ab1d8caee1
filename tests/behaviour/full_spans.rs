//! Spans that already have the SDK's limit of attributes and events. How the handler ended is still recorded.

use std::future::pending;

use linked_span::{Origin, linked_span, set_attribute};
use linked_span_tests::{Sdk, pairs};
use opentelemetry::trace::{Status, get_active_span};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData};

use crate::outcomes::poll_once;

/// OpenTelemetry's default limit of attributes and of events.
const DEFAULT: usize = 128;

fn fill(attributes: usize, events: usize) {
    for number in 0..attributes {
        set_attribute(format!("key.{number}"), number);
    }
    for _ in 0..events {
        get_active_span(|span| span.add_event("event", Vec::new()));
    }
}

#[linked_span(event)]
async fn waits(event: Origin, attributes: usize, events: usize) {
    fill(attributes, events);
    pending::<()>().await;
}

#[linked_span(event)]
fn fails(event: &Origin, attributes: usize, events: usize) -> Result<(), &'static str> {
    fill(attributes, events);
    Err("no truck")
}

fn cancel(attributes: usize, events: usize) {
    let mut waiting = Box::pin(waits(Origin::default(), attributes, events));
    assert!(poll_once(waiting.as_mut()).is_pending());
}

/// Returns whether an attribute, an event and the status record the cancellation.
fn says_cancelled(span: &SpanData) -> [bool; 3] {
    const CANCELLED: &str = "linked_span.cancelled";
    [
        pairs(&span.attributes).contains(&(CANCELLED, true.into())),
        span.events.iter().any(|event| event.name == CANCELLED),
        span.status == Status::error("cancelled"),
    ]
}

#[test]
fn cancellation_is_an_attribute_and_an_event() {
    let sdk = Sdk::install();
    cancel(DEFAULT - 1, DEFAULT - 1);
    let span = sdk.span();
    assert_eq!(says_cancelled(&span), [true, true, false]);
    assert_eq!(span.status, Status::Unset);
}

#[test]
fn cancellation_without_room_for_an_attribute_is_an_event() {
    let sdk = Sdk::install();
    cancel(DEFAULT, 0);
    assert_eq!(says_cancelled(&sdk.span()), [false, true, false]);
}

#[test]
fn cancellation_without_room_for_an_event_is_an_attribute() {
    let sdk = Sdk::install();
    cancel(0, DEFAULT);
    assert_eq!(says_cancelled(&sdk.span()), [true, false, false]);
}

#[test]
fn cancellation_without_any_room_is_a_status() {
    let sdk = Sdk::install();
    cancel(DEFAULT, DEFAULT);
    cancel(DEFAULT + 100, DEFAULT + 100);
    for span in sdk.spans() {
        assert_eq!(says_cancelled(&span), [false, false, true]);
    }
}

/// The attributes of the batch and of the macro count towards the limit.
#[test]
fn cancellation_of_a_span_that_starts_full_is_recorded() {
    #[linked_span(events, attributes(one = 1, two = 2))]
    async fn waits_for_a_batch(events: Vec<Origin>, attributes: usize, events_added: usize) {
        fill(attributes, events_added);
        pending::<()>().await;
    }
    let sdk = Sdk::install();
    let mut waiting = Box::pin(waits_for_a_batch(Vec::new(), DEFAULT - 4, DEFAULT));
    assert!(poll_once(waiting.as_mut()).is_pending());
    drop(waiting);
    assert_eq!(says_cancelled(&sdk.span()), [false, false, true]);
}

/// The runtime does not know a limit that is set in code. Then the event records the cancellation.
#[test]
fn cancellation_under_a_lower_limit_is_an_event() {
    let builder = SdkTracerProvider::builder().with_max_attributes_per_span(4);
    let sdk = Sdk::install_built(builder, Sampler::AlwaysOn);
    cancel(4, 0);
    assert_eq!(says_cancelled(&sdk.span()), [false, true, false]);
}

#[test]
fn error_without_room_for_an_attribute_is_a_status() {
    let sdk = Sdk::install();
    assert!(fails(&Origin::default(), DEFAULT, DEFAULT).is_err());
    assert_eq!(sdk.span().status, Status::error("no truck"));
}
