//! `#[tracing::instrument]` with tracing-opentelemetry. The body adds the link, because the attribute cannot.

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, field, instrument};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::Peer;
use super::by_hand::{count, producer};
use crate::body;
use crate::events::Event;
use crate::layers::Layers;
use crate::sdk::Sdk;

struct Instrument {
    propagator: TraceContextPropagator,
}

/// The extras are attributes that only this peer's spans have: the code's location, the thread, and the idle time.
pub(super) fn install(sdk: Sdk, extras: bool) -> Box<dyn Peer> {
    if let Some(provider) = sdk.provider() {
        let layers = match sdk {
            Sdk::InTracing(layers) => layers,
            _ if extras => Layers::Otel,
            _ => Layers::BareOtel,
        };
        layers.install(provider.tracer("instrument"));
    }
    Box::new(Instrument {
        propagator: TraceContextPropagator::new(),
    })
}

impl Instrument {
    fn link(&self, event: &Event) {
        Span::current().add_link_with_attributes(
            producer(&self.propagator, event),
            vec![
                KeyValue::new("link.relationship", "triggered_by"),
                KeyValue::new("link.event_type", event.kind.clone()),
            ],
        );
    }

    #[instrument(
        name = "handle",
        skip_all,
        fields(otel.kind = "consumer", event.id = event.id, event.r#type = event.kind)
    )]
    async fn handle(&self, event: &Event, polls: usize) -> usize {
        self.link(event);
        body::polled(event, polls).await
    }
}

impl Peer for Instrument {
    #[instrument(
        name = "handle",
        skip_all,
        fields(otel.kind = "consumer", event.id = event.id, event.r#type = event.kind)
    )]
    fn one(&self, event: &Event) -> usize {
        self.link(event);
        body::one(event)
    }

    fn polled(&self, event: &Event, polls: usize) -> usize {
        body::to_its_end(self.handle(event, polls))
    }

    #[instrument(
        name = "handle",
        skip_all,
        fields(
            otel.kind = "consumer",
            batch.size = count(events.len()),
            batch.link_count = field::Empty
        )
    )]
    fn batch(&self, events: &[Event]) -> usize {
        let span = Span::current();
        for event in events {
            span.add_link_with_attributes(
                producer(&self.propagator, event),
                vec![KeyValue::new("event.id", event.id.clone())],
            );
        }
        span.record("batch.link_count", count(events.len()));
        body::batch(events)
    }

    fn extract(&self, _: &Event) -> usize {
        unreachable!("tracing has no reader of contexts")
    }
}
