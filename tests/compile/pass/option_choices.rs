//! `kind = …`, `parent = …`, `errors = …`
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, pairs, producer};
use opentelemetry::trace::{SpanKind, Status};

#[linked_span(event, kind = consumer)]
fn consumer(event: &Origin) {
    here();
}

#[linked_span(event, kind = producer)]
fn as_producer(event: &Origin) {
    here();
}

#[linked_span(event, kind = internal)]
fn internal(event: &Origin) {
    here();
}

#[linked_span(event, kind = server)]
fn server(event: &Origin) {
    here();
}

#[linked_span(event, kind = client)]
fn client(event: &Origin) {
    here();
}

#[linked_span(event, parent = current)]
fn current(event: &Origin) {
    here();
}

#[linked_span(event, parent = root)]
fn root(event: &Origin) {
    here();
}

#[linked_span(event, parent = event)]
fn event(event: &Origin) {
    here();
}

#[linked_span(event, errors = full)]
fn full(event: &Origin) -> Result<(), String> {
    here();
    Err("full".to_owned())
}

#[linked_span(event, errors = type)]
async fn only_the_type(event: &Origin) -> Result<(), String> {
    here();
    Err("type".to_owned())
}

#[linked_span(event, errors = off)]
fn off(event: &Origin) -> Result<(), String> {
    here();
    Err("off".to_owned())
}

#[linked_span(event, kind = internal, parent = root, errors = off,)]
fn all(event: &Origin) {
    here();
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let origin = &Origin::from(producer(1));
    consumer(origin);
    as_producer(origin);
    internal(origin);
    server(origin);
    client(origin);
    current(origin);
    root(origin);
    event(origin);
    full(origin).unwrap_err();
    only_the_type(origin).await.unwrap_err();
    off(origin).unwrap_err();
    all(origin);
    sdk.assert_each_body_ran_inside(12);
    let spans = sdk.spans();
    let kinds: Vec<_> = spans[..5]
        .iter()
        .map(|span| span.span_kind.clone())
        .collect();
    assert_eq!(
        kinds,
        [
            SpanKind::Consumer,
            SpanKind::Producer,
            SpanKind::Internal,
            SpanKind::Server,
            SpanKind::Client
        ]
    );
    assert_eq!(spans[7].parent_span_id, producer(1).span_id());
    assert_eq!(spans[8].status, Status::error("full"));
    assert_eq!(spans[9].status, Status::error(""));
    assert_eq!(spans[10].status, Status::Unset);
    assert!(pairs(&spans[10].attributes).is_empty());
}
