//! Functions with statements before the future in a pinned box.
#![deny(warnings)]

use std::pin::Pin;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
fn statements(event: &Origin) -> Pin<Box<dyn Future<Output = String> + Send + '_>> {
    here();
    let text = format!("{event:?}");
    let again = event;
    Box::pin(async move {
        let _ = again;
        text
    })
}

#[linked_span(event)]
fn static_of_a_borrowed_event(event: &Origin) -> Pin<Box<dyn Future<Output = Origin> + Send>> {
    here();
    let event = event.clone();
    Box::pin(async move { event })
}

#[linked_span(event)]
fn early_return(
    event: &Origin,
) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + '_>> {
    here();
    if event.span_context().is_valid() {
        return Box::pin(async { Err("expected none".to_owned()) });
    }
    if event.span_context().is_remote() {
        return Box::pin(std::future::ready(Ok(1)));
    }
    Box::pin(async move {
        let _ = event;
        Ok(2)
    })
}

#[linked_span(event)]
fn handed_on(event: &Origin) -> Pin<Box<dyn Future<Output = String> + Send + '_>> {
    here_and(statements(event))
}

#[linked_span(event)]
fn chosen(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    here();
    match event.span_context().is_valid() {
        true => Box::pin(async { 1 }),
        false => Box::pin(async { 2 }),
    }
}

#[linked_span(event)]
fn a_nested_function(event: Origin) -> Pin<Box<dyn Future<Output = Origin> + Send>> {
    here();
    async fn inner(event: Origin) -> Origin {
        event
    }
    Box::pin(inner(event))
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    statements(&event).await;
    let later = static_of_a_borrowed_event(&event.clone());
    later.await;
    assert_eq!(early_return(&event).await, Ok(2));
    handed_on(&event).await;
    chosen(&event).await;
    a_nested_function(event).await;
    sdk.assert_each_body_ran_inside(7);
}
