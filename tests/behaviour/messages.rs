//! Messages of brokers without an adapter, described by a view.

use std::panic::panic_any;

use linked_span::messaging::Message;
use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, assert_baggage_of_two_places, pairs, producer};
use opentelemetry::Value;
use opentelemetry::trace::{SpanId, SpanKind};
use opentelemetry_sdk::trace::SpanData;

struct Job {
    queue: &'static str,
    id: u8,
    origin: Origin,
}

fn job(queue: &'static str, id: u8) -> Job {
    Job {
        queue,
        id,
        origin: producer(id).into(),
    }
}

fn describe(job: &Job) -> Message<'_> {
    assert_ne!(job.id, 99, "a job that cannot be described");
    Message::new("beanstalkd")
        .destination(job.queue)
        .message_id(job.id.to_string())
        .produced_at(&job.origin)
}

fn value(span: &SpanData, key: &str) -> Option<Value> {
    let attributes = span.attributes.iter();
    let mut of_key = attributes.filter(|attribute| attribute.key.as_str() == key);
    of_key.next().map(|attribute| attribute.value.clone())
}

fn linked(span: &SpanData) -> Vec<SpanId> {
    let links = span.links.links.iter();
    links.map(|link| link.span_context.span_id()).collect()
}

#[linked_span(job(view = describe))]
fn on_job(job: &Job) -> u8 {
    job.id
}

#[test]
fn view_of_one_message_names_the_span_and_links_it() {
    let sdk = Sdk::install();
    assert_eq!(on_job(&job("mails", 7)), 7);
    let span = sdk.span();
    assert_eq!(span.name, "process mails");
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_eq!(
        pairs(&span.attributes),
        [
            ("messaging.system", "beanstalkd".into()),
            ("messaging.operation.name", "process".into()),
            ("messaging.operation.type", "process".into()),
            ("messaging.destination.name", "mails".into()),
            ("messaging.message.id", "7".into()),
        ]
    );
    assert_eq!(linked(&span), [producer(7).span_id()]);
    assert_eq!(
        pairs(&span.links.links[0].attributes),
        [("link.relationship", "triggered_by".into())]
    );
}

#[linked_span(jobs(view = describe))]
async fn on_jobs(jobs: Vec<Job>) -> usize {
    jobs.len()
}

#[tokio::test]
async fn view_of_a_batch_describes_each_message() {
    let sdk = Sdk::install();
    assert_eq!(on_jobs(vec![job("mails", 1), job("mails", 2)]).await, 2);
    let span = sdk.span();
    assert_eq!(span.name, "process mails");
    assert_eq!(
        pairs(&span.attributes),
        [
            ("messaging.system", "beanstalkd".into()),
            ("messaging.operation.name", "process".into()),
            ("messaging.operation.type", "process".into()),
            ("messaging.batch.message_count", 2.into()),
            ("messaging.destination.name", "mails".into()),
        ]
    );
    assert_eq!(
        linked(&span),
        [producer(1).span_id(), producer(2).span_id()]
    );
    for (link, id) in span.links.links.iter().zip(["1", "2"]) {
        assert_eq!(
            pairs(&link.attributes),
            [("messaging.message.id", id.into())]
        );
    }
}

#[tokio::test]
async fn view_that_panics_costs_one_link_of_a_batch() {
    let sdk = Sdk::install();
    let jobs = vec![job("mails", 1), job("mails", 99), job("mails", 2)];
    assert_eq!(on_jobs(jobs).await, 3);
    let span = sdk.span();
    assert_eq!(span.name, "process mails");
    assert_eq!(
        value(&span, "messaging.batch.message_count"),
        Some(3.into())
    );
    assert_eq!(
        linked(&span),
        [producer(1).span_id(), producer(2).span_id()]
    );
}

#[test]
fn view_that_panics_keeps_the_handler() {
    let sdk = Sdk::install();
    assert_eq!(on_job(&job("mails", 99)), 99);
    let span = sdk.span();
    assert_eq!(span.name, "process");
    assert_eq!(linked(&span).len(), 0);
}

#[linked_span(job(view = describe(&job.0)))]
fn on_wrapped(job: &(Job, u8)) {}

#[linked_span(jobs(view = jobs.0.iter().map(describe).collect::<Vec<_>>()))]
fn on_many_wrapped(jobs: &(Vec<Job>, u8)) {}

#[test]
fn view_may_be_an_expression_of_one_event_or_of_a_batch() {
    let sdk = Sdk::install();
    on_wrapped(&(job("mails", 7), 0));
    on_many_wrapped(&(vec![job("mails", 1), job("letters", 1)], 0));
    let spans = sdk.spans();
    assert_eq!(spans[0].name, "process mails");
    assert_eq!(linked(&spans[0]), [producer(7).span_id()]);
    assert_eq!(spans[1].name, "process");
    assert_eq!(value(&spans[1], "messaging.message.id"), Some("1".into()));
    assert_eq!(
        pairs(&spans[1].links.links[1].attributes),
        [("messaging.destination.name", "letters".into())]
    );
}

#[linked_span(
    job(view = describe, destination = job.queue.to_uppercase(), group = "workers"),
    kind = internal,
    relationship = "queued_by",
    attributes("messaging.operation.name" = "work", job.id = job.id)
)]
fn on_named(job: &Job) {}

#[linked_span(job(view = describe), name = "work", parent = event)]
fn on_child(job: &Job) {}

#[test]
fn options_of_the_handler_replace_what_the_message_says() {
    let sdk = Sdk::install();
    on_named(&job("mails", 7));
    on_child(&job("mails", 7));
    let spans = sdk.spans();
    assert_eq!(spans[0].name, "process MAILS");
    assert_eq!(spans[0].span_kind, SpanKind::Internal);
    assert_eq!(
        value(&spans[0], "messaging.operation.name"),
        Some("work".into())
    );
    assert_eq!(
        value(&spans[0], "messaging.consumer.group.name"),
        Some("workers".into())
    );
    assert_eq!(
        pairs(&spans[0].links.links[0].attributes),
        [("link.relationship", "queued_by".into())]
    );
    assert_eq!(spans[1].name, "work");
    assert_eq!(spans[1].parent_span_id, producer(7).span_id());
    assert_eq!(linked(&spans[1]), [producer(7).span_id()]);
}

#[linked_span(paid(view = describe), packed(view = describe))]
fn on_both(paid: &Job, packed: &[Job]) {}

#[test]
fn messages_of_several_parameters_are_described_on_their_links() {
    let sdk = Sdk::install();
    let mut unknown = job("packed", 2);
    unknown.origin = Origin::default();
    on_both(&job("paid", 1), &[unknown]);
    let span = sdk.span();
    assert_eq!(span.name, "on_both");
    assert_eq!(
        pairs(&span.links.links[0].attributes),
        [
            ("link.relationship", "paid".into()),
            ("messaging.system", "beanstalkd".into()),
            ("messaging.destination.name", "paid".into()),
            ("messaging.message.id", "1".into()),
        ]
    );
    assert_eq!(
        pairs(&span.links.links[1].attributes),
        [
            ("link.relationship", "packed".into()),
            ("messaging.system", "beanstalkd".into()),
            ("messaging.destination.name", "packed".into()),
            ("messaging.message.id", "2".into()),
        ]
    );
    assert_eq!(linked(&span), [producer(1).span_id(), SpanId::INVALID]);
}

#[linked_span(message)]
fn on_message(message: &Message<'_>) {}

#[test]
fn message_is_an_event_itself() {
    let sdk = Sdk::install();
    on_message(&describe(&job("mails", 7)));
    assert_eq!(sdk.span().name, "process mails");
    assert_eq!(
        describe(&job("mails", 7)).origin(),
        Origin::from(producer(7))
    );
}

/// `no_sdk` asserts the same without an SDK.
#[test]
fn baggage_and_context_are_of_one_place() {
    let _sdk = Sdk::install();
    assert_baggage_of_two_places();
}

#[linked_span(job(view = unused(job)))]
fn on_job_without_sdk(job: &Job) -> u8 {
    job.id
}

fn unused(_: &Job) -> Message<'_> {
    panic_any("a view that breaks")
}

#[test]
fn expression_that_panics_keeps_the_handler() {
    let sdk = Sdk::install();
    assert_eq!(on_job_without_sdk(&job("mails", 7)), 7);
    assert_eq!(sdk.span().name, "on_job_without_sdk");
}
