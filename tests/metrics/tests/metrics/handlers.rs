//! One measurement for each call of a handler.

use std::thread;
use std::time::Duration;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests_metrics::{Meters, counted};
use opentelemetry::global;
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry_sdk::metrics::{Instrument, SdkMeterProvider, Stream};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

const DURATION: &str = "linked_span.handler.duration";
const HANDLER: &str = "linked_span.handler";

#[derive(LinkedEvent)]
struct Event {
    id: String,
    metadata: Origin,
}

fn event(number: usize) -> Event {
    Event {
        id: format!("event-{number}"),
        metadata: Origin::default(),
    }
}

#[linked_span(event)]
fn handle(event: &Event) {}

#[linked_span(event)]
fn sleep(event: &Event) {
    thread::sleep(Duration::from_millis(30));
}

#[linked_span(events)]
fn handle_batch(events: &[Event]) {}

#[linked_span(event)]
fn outer(event: &Event) {
    handle(event);
    handle(event);
}

#[linked_span(event, name = format!("handle {}", event.id), attributes(event.key = event.id.as_str()))]
fn computed(event: &Event) {}

#[linked_span(event, name = "renamed")]
fn named(event: &Event) {}

#[test]
fn call_is_measured_once_in_seconds() {
    let meters = Meters::install();
    sleep(&event(1));
    let (unit, series) = meters.collect().remove(DURATION).expect("the metric");
    assert_eq!(unit, "s");
    let [series] = &series[..] else {
        panic!("{series:?}")
    };
    assert_eq!(series.count, 1);
    assert!((0.03..3.0).contains(&series.sum), "{}", series.sum);
    assert_eq!(series.keys, [HANDLER]);
    assert_eq!(series.get(HANDLER), "sleep");
}

#[test]
fn handler_without_a_tracer_provider_is_measured() {
    let meters = Meters::install();
    linked_span::set_tracer_provider(NoopTracerProvider::new());
    handle(&event(1));
    assert_eq!(meters.one(DURATION).count, 1);
}

#[test]
fn handler_whose_span_is_not_sampled_is_measured() {
    let meters = Meters::install();
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::AlwaysOff)
        .build();
    linked_span::set_tracer_provider(provider);
    handle(&event(1));
    linked_span::set_tracer_provider(SdkTracerProvider::builder().build());
    handle(&event(1));
    linked_span::set_tracer_provider(NoopTracerProvider::new());
    assert_eq!(meters.one(DURATION).count, 2);
}

#[test]
fn batch_is_one_measurement() {
    let meters = Meters::install();
    handle_batch(&[event(1), event(2), event(3)]);
    assert_eq!(meters.one(DURATION).count, 1);
}

#[test]
fn nested_handlers_are_measured_each() {
    let meters = Meters::install();
    outer(&event(1));
    let counts = meters.counts(DURATION, [HANDLER]);
    assert_eq!(counts, counted(&[(["handle"], 2), (["outer"], 1)]));
}

#[test]
fn static_name_is_recorded_and_never_a_computed_one() {
    let meters = Meters::install();
    computed(&event(1));
    named(&event(1));
    let counts = meters.counts(DURATION, [HANDLER]);
    assert_eq!(counts, counted(&[(["computed"], 1), (["renamed"], 1)]));
}

#[test]
fn ten_thousand_names_and_attributes_make_one_series() {
    let meters = Meters::install();
    for number in 0..10_000 {
        computed(&event(number));
    }
    let series = meters.one(DURATION);
    assert_eq!((series.count, series.keys.len()), (10_000, 1));
}

#[test]
fn boundaries_survive_a_view_of_everything() {
    let view = |_: &Instrument| Stream::builder().with_cardinality_limit(100).build().ok();
    let meters = Meters::install_built(SdkMeterProvider::builder().with_view(view));
    handle(&event(1));
    let expected = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ];
    assert_eq!(meters.one(DURATION).boundaries, expected);
}

#[test]
fn measured_body_keeps_the_caller_s_context() {
    use opentelemetry::Context;
    use opentelemetry::trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState,
    };

    #[linked_span(event)]
    fn active(event: &Event) -> SpanId {
        Origin::current().span_context().span_id()
    }

    let _meters = Meters::install();
    linked_span::set_tracer_provider(NoopTracerProvider::new());
    let (trace, span) = (TraceId::from(1), SpanId::from(7));
    let context = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE);
    let _active = Context::new().with_remote_span_context(context).attach();
    assert_eq!(active(&event(1)), span);
    let _ = global::tracer("");
}
