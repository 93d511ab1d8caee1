//! Free functions with `async`.
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
async fn named(event: &Origin) {
    here();
    tokio::task::yield_now().await;
    let _ = event;
}

#[linked_span]
async fn by_value(event: Origin) -> Origin {
    here_and(event)
}

#[linked_span]
async fn not_used_in_the_body(event: &Origin) {
    here();
}

#[linked_span(event)]
async fn one_expression(event: &Origin) -> bool {
    here_and(event.span_context().is_valid())
}

#[rustfmt::skip]
#[linked_span(event)]
async fn one_line(event: &Origin) -> bool { here_and(event.span_context().is_valid()) }

#[linked_span(event)]
async fn one_await(event: &Origin) {
    here_and(named(event).await)
}

#[linked_span(event)]
async fn mutable(event: &mut Origin, count: &mut usize) {
    here();
    *event = Origin::default();
    *count += 1;
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    named(&Origin::default()).await;
    by_value(Origin::default()).await;
    not_used_in_the_body(&Origin::default()).await;
    one_expression(&Origin::default()).await;
    one_line(&Origin::default()).await;
    one_await(&Origin::default()).await;
    let mut count = 0;
    mutable(&mut Origin::default(), &mut count).await;
    assert_eq!(count, 1);
    sdk.assert_each_body_ran_inside(8);
}
