//! This crate.

use linked_span::{extract, linked_span};
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::Peer;
use crate::body;
use crate::events::Event;
use crate::sdk::Sdk;

struct Linked;

pub(super) fn install(sdk: Sdk) -> Box<dyn Peer> {
    if let Some(provider) = sdk.provider() {
        // The other peers read no baggage.
        global::set_text_map_propagator(TraceContextPropagator::new());
        linked_span::set_tracer_provider(provider);
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

    fn extract(&self, event: &Event) -> usize {
        usize::from(extract(&event.metadata).span_context().is_valid())
    }
}
