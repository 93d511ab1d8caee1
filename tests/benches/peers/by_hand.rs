//! Code written by hand with OpenTelemetry: the SDK's propagator, and a cached tracer.

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{
    FutureExt, Link, SpanContext, SpanKind, TraceContextExt, Tracer, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::Peer;
use crate::body;
use crate::events::Event;
use crate::sdk::Sdk;

struct ByHand<T> {
    tracer: T,
    propagator: TraceContextPropagator,
}

pub(super) fn install(sdk: Sdk) -> Box<dyn Peer> {
    match sdk.provider() {
        Some(provider) => Box::new(ByHand::new(provider.tracer("by_hand"))),
        None => Box::new(ByHand::new(global::tracer("by_hand"))),
    }
}

/// Returns the producer that `TraceContextPropagator` extracts. Without a context it must not return the ambient one.
pub(super) fn producer(propagator: &TraceContextPropagator, event: &Event) -> SpanContext {
    let producer = propagator.extract_with_context(&Context::new(), &event.metadata);
    producer.span().span_context().clone()
}

impl<T> ByHand<T>
where
    T: Tracer + Sync,
    T::Span: Send + Sync + 'static,
{
    fn new(tracer: T) -> Self {
        Self {
            tracer,
            propagator: TraceContextPropagator::new(),
        }
    }

    fn start(&self, event: &Event) -> Context {
        let link = Link::new(
            producer(&self.propagator, event),
            vec![
                KeyValue::new("link.relationship", "triggered_by"),
                KeyValue::new("link.event_type", event.kind.clone()),
            ],
            0,
        );
        let span = self
            .tracer
            .span_builder("handle")
            .with_kind(SpanKind::Consumer)
            .with_links(vec![link])
            .with_attributes([
                KeyValue::new("event.id", event.id.clone()),
                KeyValue::new("event.type", event.kind.clone()),
            ])
            .start(&self.tracer);
        Context::current_with_span(span)
    }

    fn start_batch(&self, events: &[Event]) -> Context {
        let link = |event: &Event| {
            Link::new(
                producer(&self.propagator, event),
                vec![KeyValue::new("event.id", event.id.clone())],
                0,
            )
        };
        let links: Vec<_> = events.iter().map(link).collect();
        let span = self
            .tracer
            .span_builder("handle")
            .with_kind(SpanKind::Consumer)
            .with_attributes([
                KeyValue::new("batch.size", count(events.len())),
                KeyValue::new("batch.link_count", count(links.len())),
            ])
            .with_links(links)
            .start(&self.tracer);
        Context::current_with_span(span)
    }

    /// With the attributes that this crate takes from the same message.
    fn start_message(&self, event: &Event) -> Context {
        let link = Link::new(
            producer(&self.propagator, event),
            vec![KeyValue::new("link.relationship", "triggered_by")],
            0,
        );
        let span = self
            .tracer
            .span_builder(format!("process {}", event.topic))
            .with_kind(SpanKind::Consumer)
            .with_links(vec![link])
            .with_attributes(of_topic(event).into_iter().chain([
                KeyValue::new("messaging.kafka.offset", event.offset),
                KeyValue::new("messaging.kafka.message.key", event.id.clone()),
            ]))
            .start(&self.tracer);
        Context::current_with_span(span)
    }

    /// Knows that a batch is of one partition, without comparing its messages.
    fn start_messages(&self, events: &[Event]) -> Context {
        let link = |event: &Event| {
            Link::new(
                producer(&self.propagator, event),
                vec![
                    KeyValue::new("messaging.kafka.offset", event.offset),
                    KeyValue::new("messaging.kafka.message.key", event.id.clone()),
                ],
                0,
            )
        };
        let links = events.iter().map(link).collect();
        let span = self
            .tracer
            .span_builder(format!("process {}", events[0].topic))
            .with_kind(SpanKind::Consumer)
            .with_attributes(of_topic(&events[0]).into_iter().chain([KeyValue::new(
                "messaging.batch.message_count",
                count(events.len()),
            )]))
            .with_links(links)
            .start(&self.tracer);
        Context::current_with_span(span)
    }

    async fn handle(&self, event: &Event, polls: usize) -> usize {
        let context = self.start(event);
        let body = body::polled(event, polls).with_context(context.clone());
        let result = body.await;
        context.span().end();
        result
    }
}

impl<T> Peer for ByHand<T>
where
    T: Tracer + Sync,
    T::Span: Send + Sync + 'static,
{
    fn one(&self, event: &Event) -> usize {
        let context = self.start(event);
        let _guard = context.clone().attach();
        let result = body::one(event);
        context.span().end();
        result
    }

    fn polled(&self, event: &Event, polls: usize) -> usize {
        body::to_its_end(self.handle(event, polls))
    }

    fn batch(&self, events: &[Event]) -> usize {
        let context = self.start_batch(events);
        let _guard = context.clone().attach();
        let result = body::batch(events);
        context.span().end();
        result
    }

    fn message(&self, event: &Event) -> usize {
        let context = self.start_message(event);
        let _guard = context.clone().attach();
        let result = body::one(event);
        context.span().end();
        result
    }

    fn messages(&self, events: &[Event]) -> usize {
        let context = self.start_messages(events);
        let _guard = context.clone().attach();
        let result = body::batch(events);
        context.span().end();
        result
    }

    fn extract(&self, event: &Event) -> usize {
        usize::from(producer(&self.propagator, event).is_valid())
    }
}

fn of_topic(event: &Event) -> [KeyValue; 6] {
    [
        KeyValue::new("messaging.system", "kafka"),
        KeyValue::new("messaging.operation.name", "process"),
        KeyValue::new("messaging.operation.type", "process"),
        KeyValue::new("messaging.destination.name", event.topic.clone()),
        KeyValue::new(
            "messaging.destination.partition.id",
            event.partition.to_string(),
        ),
        KeyValue::new("messaging.consumer.group.name", "billing"),
    ]
}

pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
