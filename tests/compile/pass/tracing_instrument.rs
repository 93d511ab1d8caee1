//! `#[tracing::instrument]`, above and below.
#![deny(warnings)]

use std::pin::Pin;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[linked_span(event)]
#[tracing::instrument(skip_all, fields(number))]
fn above(event: &Origin, number: usize) -> Result<usize, String> {
    here();
    let _ = event;
    Ok(number)
}

#[tracing::instrument(skip_all, err)]
#[linked_span(event)]
fn below(event: &Origin, number: usize) -> Result<usize, String> {
    here();
    let _ = event;
    Ok(number)
}

#[linked_span(event)]
#[tracing::instrument]
async fn above_later(event: &Origin, number: usize) -> usize {
    here();
    tokio::task::yield_now().await;
    let _ = event;
    number
}

#[tracing::instrument(ret)]
#[linked_span(event)]
async fn below_later(event: &Origin, number: usize) -> usize {
    here();
    tokio::task::yield_now().await;
    let _ = event;
    number
}

#[linked_span(event)]
#[tracing::instrument]
fn above_boxed(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move {
        here();
        let _ = event;
        1
    })
}

#[tracing::instrument]
#[linked_span(event)]
fn below_boxed(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move {
        here();
        let _ = event;
        1
    })
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    above(event, 1).unwrap();
    below(event, 1).unwrap();
    above_later(event, 1).await;
    below_later(event, 1).await;
    above_boxed(event).await;
    below_boxed(event).await;
    sdk.assert_each_body_ran_inside(6);
}
