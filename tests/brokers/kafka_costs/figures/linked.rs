//! This crate.

use linked_span::linked_span;
use linked_span::messaging::Message as Described;
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use rdkafka::Message;
use rdkafka::message::{Headers, OwnedMessage};

use crate::job::{Handler, Work};

pub(crate) fn handler(provider: Option<SdkTracerProvider>, work: Work) -> Handler {
    if let Some(provider) = provider {
        // The code by hand reads no baggage.
        global::set_text_map_propagator(TraceContextPropagator::new());
        linked_span::set_tracer_provider(provider);
    }
    match work {
        Work::One => Box::new(|messages| one(&messages[0])),
        Work::Batch => Box::new(batch),
        Work::View => Box::new(|messages| viewed(&messages[0])),
        Work::ReadHeaders => Box::new(|messages| {
            let headers = messages[0].headers().expect("headers");
            for place in 0..headers.count() {
                std::hint::black_box(headers.try_get(place));
            }
            1
        }),
        Work::Describe => Box::new(|messages| {
            std::hint::black_box(fields(&messages[0]));
            1
        }),
    }
}

#[linked_span(message(rdkafka, group = "billing"))]
fn one(message: &OwnedMessage) -> usize {
    std::hint::black_box(message.payload().map_or(0, <[u8]>::len))
}

#[linked_span(messages(rdkafka, group = "billing"))]
fn batch(messages: &[OwnedMessage]) -> usize {
    std::hint::black_box(messages.len())
}

/// Has one of the carriers that this crate can read the baggage of alone.
const HEADERS: [(&str, &str); 2] = [
    (
        "traceparent",
        "00-11111111111111111111111111111111-1111111111111111-01",
    ),
    ("tracestate", "vendor=state-0001"),
];

fn described(message: &OwnedMessage) -> Described<'_> {
    fields(message).headers(&HEADERS)
}

/// The part of the view that is the user's own.
fn fields(message: &OwnedMessage) -> Described<'_> {
    Described::new("kafka")
        .destination(message.topic())
        .partition(message.partition())
        .offset(message.offset())
}

#[linked_span(message(view = described))]
fn viewed(message: &OwnedMessage) -> usize {
    std::hint::black_box(message.payload().map_or(0, <[u8]>::len))
}
