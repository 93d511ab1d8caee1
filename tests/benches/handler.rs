//! One handler's instructions, beside what its user would write by hand; counted by `.ci/instructions`.
//!
//! `handler WHO COUNT` handles so many events. Both put the same span in front of an SDK whose processor does nothing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::LazyLock;

use linked_span::{LinkedEvent, linked_span};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Link, SpanKind, TraceContextExt, Tracer, TracerProvider as _};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span, SpanData, SpanProcessor};

#[derive(LinkedEvent)]
struct Event {
    id: String,
    #[event(type)]
    kind: String,
    metadata: HashMap<String, String>,
}

/// The work itself, which is the same for all.
fn body(event: &Event) -> usize {
    black_box(event.id.len() + event.metadata.len())
}

#[linked_span(event)]
fn linked(event: &Event) -> usize {
    body(event)
}

static PROPAGATOR: LazyLock<TraceContextPropagator> = LazyLock::new(TraceContextPropagator::new);
static PROVIDER: LazyLock<SdkTracerProvider> = LazyLock::new(|| {
    SdkTracerProvider::builder()
        .with_span_processor(Nobody)
        .build()
});
static TRACER: LazyLock<SdkTracer> = LazyLock::new(|| PROVIDER.tracer("handler"));

fn by_hand(event: &Event) -> usize {
    let producer = PROPAGATOR.extract_with_context(&Context::new(), &event.metadata);
    let link = Link::new(
        producer.span().span_context().clone(),
        vec![
            KeyValue::new("link.relationship", "triggered_by"),
            KeyValue::new("link.event_type", event.kind.clone()),
        ],
        0,
    );
    let span = TRACER
        .span_builder(Cow::Borrowed("by_hand"))
        .with_kind(SpanKind::Consumer)
        .with_links(vec![link])
        .with_attributes([
            KeyValue::new("event.id", event.id.clone()),
            KeyValue::new("event.type", event.kind.clone()),
        ])
        .start(&*TRACER);
    let context = Context::current_with_span(span);
    let _guard = context.clone().attach();
    let result = body(event);
    context.span().end();
    result
}

/// Events that differ from call to call.
fn events() -> Vec<Event> {
    (1..=64_u64)
        .map(|number| Event {
            id: format!("event-{number:04}"),
            kind: format!("order.created.{}", number % 7),
            metadata: HashMap::from([
                (
                    "traceparent".to_owned(),
                    format!(
                        "00-{:032x}-{:016x}-01",
                        u128::from(number) << 64 | 0xabcd,
                        number * 7919
                    ),
                ),
                ("tracestate".to_owned(), format!("vendor=state{number:03}")),
            ]),
        })
        .collect()
}

#[derive(Debug)]
struct Nobody;

impl SpanProcessor for Nobody {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        black_box(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let (Some(who), Some(count)) = (args.next(), args.next()) else {
        println!("handler: counted by .ci/instructions");
        return;
    };
    let count: usize = count.parse().expect("a number of events");
    let handle = match who.as_str() {
        "body" => body,
        "by_hand" => by_hand,
        "linked" => {
            global::set_text_map_propagator(TraceContextPropagator::new());
            linked_span::set_tracer_provider(PROVIDER.clone());
            linked
        }
        "linked_without_sdk" => linked,
        other => panic!("nobody is called {other}"),
    };
    let events = events();
    let total: usize = events.iter().cycle().take(count).map(handle).sum();
    println!("{total}");
}
