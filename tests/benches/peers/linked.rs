//! This crate.

use linked_span::messaging::Message;
use linked_span::{extract, layer_tracer, linked_span, use_tracing};
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::Peer;
use crate::body;
use crate::events::Event;
use crate::layers::install_logs;
use crate::sdk::Sdk;

struct Linked;

pub(super) fn install(sdk: Sdk) -> Box<dyn Peer> {
    if let Some(provider) = sdk.provider() {
        // The other peers read no baggage.
        global::set_text_map_propagator(TraceContextPropagator::new());
        linked_span::set_tracer_provider(provider.clone());
        if let Sdk::InTracing(layers) = sdk {
            layers.install(layer_tracer(provider, "bench"));
        }
    } else if let Sdk::InTracing(_) = sdk {
        use_tracing(true);
        install_logs();
    }
    Box::new(Linked)
}

#[linked_span(event, name = "handle")]
fn one(event: &Event) -> usize {
    body::one(event)
}

#[linked_span(event, name = "handle")]
async fn polled(event: &Event, polls: usize) -> usize {
    body::polled(event, polls).await
}

#[linked_span(events, name = "handle")]
fn batch(events: &[Event]) -> usize {
    body::batch(events)
}

#[linked_span(event(view = describe, group = "billing"))]
fn message(event: &Event) -> usize {
    body::one(event)
}

#[linked_span(events(view = describe, group = "billing"))]
fn messages(events: &[Event]) -> usize {
    body::batch(events)
}

fn describe(event: &Event) -> Message<'_> {
    Message::new("kafka")
        .destination(&event.topic)
        .partition(event.partition)
        .offset(event.offset)
        .key(&event.id)
        .headers(&event.metadata)
}

impl Peer for Linked {
    fn one(&self, event: &Event) -> usize {
        one(event)
    }

    fn polled(&self, event: &Event, polls: usize) -> usize {
        body::to_its_end(polled(event, polls))
    }

    fn batch(&self, events: &[Event]) -> usize {
        batch(events)
    }

    fn message(&self, event: &Event) -> usize {
        message(event)
    }

    fn messages(&self, events: &[Event]) -> usize {
        messages(events)
    }

    fn extract(&self, event: &Event) -> usize {
        usize::from(extract(&event.metadata).span_context().is_valid())
    }
}
