//! Code written by hand with OpenTelemetry: the SDK's propagator, and a cached tracer.

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use rdkafka::Message;
use rdkafka::message::{BorrowedHeaders, Headers, OwnedMessage};

use crate::job::Handler;

/// Reads a record's headers for a propagator.
struct OfRecord<'h>(&'h BorrowedHeaders);

impl Extractor for OfRecord<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let header = self.0.iter().find(|header| header.key == name)?;
        std::str::from_utf8(header.value?).ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|header| header.key).collect()
    }
}

struct ByHand {
    tracer: SdkTracer,
    propagator: TraceContextPropagator,
}

pub(crate) fn handler(provider: Option<SdkTracerProvider>, is_batch: bool) -> Handler {
    let by_hand = ByHand {
        tracer: provider.expect("an SDK").tracer("by_hand"),
        propagator: TraceContextPropagator::new(),
    };
    if is_batch {
        Box::new(move |messages| by_hand.batch(messages))
    } else {
        Box::new(move |messages| by_hand.one(&messages[0]))
    }
}

impl ByHand {
    fn producer(&self, message: &OwnedMessage) -> SpanContext {
        let Some(headers) = message.headers() else {
            return SpanContext::NONE;
        };
        let headers = OfRecord(headers.as_borrowed());
        let producer = self
            .propagator
            .extract_with_context(&Context::new(), &headers);
        producer.span().span_context().clone()
    }

    fn one(&self, message: &OwnedMessage) -> usize {
        let link = Link::new(
            self.producer(message),
            vec![KeyValue::new("link.relationship", "triggered_by")],
            0,
        );
        let mut attributes = of_topic(message);
        attributes.extend(size_of_body(message));
        attributes.extend(of_offset(message));
        let span = self
            .tracer
            .span_builder(format!("process {}", message.topic()))
            .with_kind(SpanKind::Consumer)
            .with_links(vec![link])
            .with_attributes(attributes)
            .start(&self.tracer);
        let context = Context::current_with_span(span);
        let _guard = context.clone().attach();
        let result = std::hint::black_box(message.payload().map_or(0, <[u8]>::len));
        context.span().end();
        result
    }

    /// Knows that a batch is of one partition and of bodies of one size, without comparing its messages.
    fn batch(&self, messages: &[OwnedMessage]) -> usize {
        let link = |message: &OwnedMessage| {
            Link::new(self.producer(message), of_offset(message).collect(), 0)
        };
        let links = messages.iter().map(link).collect();
        let mut attributes = of_topic(&messages[0]);
        attributes.extend(size_of_body(&messages[0]));
        let count = i64::try_from(messages.len()).unwrap_or(i64::MAX);
        attributes.push(KeyValue::new("messaging.batch.message_count", count));
        let span = self
            .tracer
            .span_builder(format!("process {}", messages[0].topic()))
            .with_kind(SpanKind::Consumer)
            .with_attributes(attributes)
            .with_links(links)
            .start(&self.tracer);
        let context = Context::current_with_span(span);
        let _guard = context.clone().attach();
        let result = std::hint::black_box(messages.len());
        context.span().end();
        result
    }
}

fn of_topic(message: &OwnedMessage) -> Vec<KeyValue> {
    vec![
        KeyValue::new("messaging.system", "kafka"),
        KeyValue::new("messaging.operation.name", "process"),
        KeyValue::new("messaging.operation.type", "process"),
        KeyValue::new("messaging.destination.name", message.topic().to_owned()),
        KeyValue::new(
            "messaging.destination.partition.id",
            message.partition().to_string(),
        ),
        KeyValue::new("messaging.consumer.group.name", "billing"),
    ]
}

fn size_of_body(message: &OwnedMessage) -> Option<KeyValue> {
    let size = i64::try_from(message.payload()?.len()).unwrap_or(i64::MAX);
    Some(KeyValue::new("messaging.message.body.size", size))
}

fn of_offset(message: &OwnedMessage) -> impl Iterator<Item = KeyValue> + use<> {
    let key = message.key().map(String::from_utf8_lossy);
    let key = key.map(|key| KeyValue::new("messaging.kafka.message.key", key.into_owned()));
    let offset = KeyValue::new("messaging.kafka.offset", message.offset());
    [offset].into_iter().chain(key)
}
