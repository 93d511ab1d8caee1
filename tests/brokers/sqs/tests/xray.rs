//! A context that only X-Ray wrote, with X-Ray's propagator. The propagator is global, so this is a program of its own.

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use linked_span::linked_span;
use linked_span::messaging::aws_sdk_sqs::headers;
use linked_span_tests_brokers_common::{install, produced, span};
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry_aws::trace::XrayPropagator;
use opentelemetry_sdk::propagation::TraceContextPropagator;

const TRACE_HEADER: &str =
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

#[linked_span(message(aws_sdk_sqs), name = name)]
fn on_message(message: &Message, name: &'static str) {}

fn linked(name: &'static str, message: &Message) -> Vec<(String, String)> {
    on_message(message, name);
    let links = span(name).links.links;
    let contexts = links.iter().map(|link| &link.span_context);
    contexts
        .map(|context| {
            (
                context.trace_id().to_string(),
                context.span_id().to_string(),
            )
        })
        .collect()
}

fn message() -> aws_sdk_sqs::types::builders::MessageBuilder {
    Message::builder().attributes(MessageSystemAttributeName::AwsTraceHeader, TRACE_HEADER)
}

fn of_x_ray() -> Vec<(String, String)> {
    vec![(
        "5759e988bd862e3fe1be46a994272793".into(),
        "53995c3f42cd8ad8".into(),
    )]
}

/// One test, because the propagator is global.
#[test]
fn header_of_x_ray_is_linked_if_the_propagator_reads_it() {
    install();
    assert!(linked("without an X-Ray propagator", &message().build()).is_empty());

    linked_span::set_text_map_propagator(XrayPropagator::default());
    assert_eq!(linked("X-Ray", &message().build()), of_x_ray());
    // The attributes of the active span have the header under its own name, and are preferred.
    let mut message_with_both = message();
    let producer = produced("send", |_| {
        message_with_both = message().set_message_attributes(Some(headers!()));
    });
    let ids = (
        producer.trace_id().to_string(),
        producer.span_id().to_string(),
    );
    assert_eq!(
        linked("X-Ray and attributes", &message_with_both.build()),
        [ids]
    );

    linked_span::set_text_map_propagator(TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(XrayPropagator::default()),
    ]));
    assert_eq!(linked("composite", &message().build()), of_x_ray());
    let traceparent = "00-11111111111111111111111111111111-1111111111111111-01";
    let value = MessageAttributeValue::builder().data_type("String");
    let value = value.string_value(traceparent).build().expect("a value");
    let message = message().message_attributes("traceparent", value).build();
    let ids = ("1".repeat(32), "1".repeat(16));
    assert_eq!(linked("composite and attributes", &message), [ids]);
    // The SDK's propagator injects an empty `tracestate`, and SQS rejects empty values.
    produced("send", |_| {
        let headers = headers!();
        let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["traceparent", "x-amzn-trace-id"]);
        assert!(
            headers
                .values()
                .all(|value| value.string_value().is_some_and(|text| !text.is_empty()))
        );
    });
}
