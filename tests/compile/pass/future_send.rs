//! Futures that are `Send`.
#![deny(warnings)]

use std::pin::Pin;
use std::rc::Rc;

use linked_span::messaging::Message;
use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[derive(LinkedEvent)]
struct Local {
    value: Rc<usize>,
    metadata: Origin,
}

#[linked_span(event)]
async fn by_reference(event: &Origin) -> Result<usize, std::fmt::Error> {
    here();
    tokio::task::yield_now().await;
    let _ = event;
    Ok(1)
}

#[linked_span(event)]
async fn by_value(event: Origin) {
    here();
    tokio::task::yield_now().await;
    drop(event);
}

#[linked_span(event, name = format!("{}", *local), attributes(value = *local))]
async fn a_local_event(event: &Local, local: Rc<usize>) -> Rc<usize> {
    here();
    tokio::task::yield_now().await;
    Rc::new(*local + *event.value)
}

#[linked_span(event)]
async fn a_local_body(event: &Origin) -> usize {
    here();
    let value = Rc::new(1);
    tokio::task::yield_now().await;
    let _ = event;
    *value
}

#[linked_span(event, name = Rc::<str>::from("name").to_string(), attributes(value = *Rc::new(1)))]
async fn a_local_expression(event: &Origin) -> usize {
    here();
    tokio::task::yield_now().await;
    let _ = event;
    1
}

#[linked_span(event)]
fn a_local_error(event: &Origin) -> Result<(), Rc<usize>> {
    here();
    let _ = event;
    Ok(())
}

#[linked_span(event)]
fn opaque(event: Origin) -> impl Future<Output = Origin> + Unpin {
    here_and(std::future::ready(event))
}

#[linked_span(event)]
fn boxed<'e>(event: &'e Origin) -> Pin<Box<dyn Future<Output = ()> + Send + Sync + 'e>> {
    Box::pin(async move {
        here();
        let _ = event;
    })
}

struct Job;

fn describe(_: &Job) -> Message<'_> {
    Message::new("jobs")
}

#[linked_span(job(view = describe))]
async fn a_message(job: &Job) {
    here();
    tokio::task::yield_now().await;
    let _ = job;
}

#[linked_span(job(view = describe, destination = "nightly"))]
async fn a_message_of(job: Option<&Job>) {
    here();
    tokio::task::yield_now().await;
    let _ = job;
}

#[linked_span(job(view = describe(job)))]
async fn a_message_by_expression(job: &Job) {
    here();
    tokio::task::yield_now().await;
    let _ = job;
}

#[linked_span(jobs(view = describe))]
async fn messages(jobs: &[Job]) {
    here();
    tokio::task::yield_now().await;
    let _ = jobs;
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    assert_send(by_reference(&event)).await.unwrap();
    assert_send(by_value(event.clone())).await;
    assert_send(a_local_expression(&event)).await;
    assert_send(boxed(&event)).await;
    opaque(event.clone()).await;
    a_local_body(&event).await;
    a_local_error(&event).unwrap();
    let local = Local {
        value: Rc::new(1),
        metadata: event,
    };
    a_local_event(&local, Rc::new(1)).await;
    assert_send(a_message(&Job)).await;
    assert_send(a_message_of(Some(&Job))).await;
    assert_send(a_message_by_expression(&Job)).await;
    assert_send(messages(&[Job])).await;
    sdk.assert_each_body_ran_inside(12);
}
