//! `name = …`
#![deny(warnings)]

use std::borrow::Cow;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

const NAME: &str = "constant";

#[linked_span(event, name = "literal")]
fn literal(event: &Origin) {
    here();
}

#[linked_span(event, name = NAME)]
fn constant(event: &Origin) {
    here();
}

#[linked_span(name = format!("consume_{}", kind), event)]
async fn formatted(event: &Origin, kind: &str) {
    here();
}

#[linked_span(event, name = Cow::Borrowed(if *is_first { "first" } else { "again" }))]
fn chosen(event: &Origin, is_first: &bool) {
    here();
}

#[linked_span(event, name = name.clone())]
fn cloned(event: &Origin, name: String) -> String {
    here_and(name)
}

#[linked_span(event, name = {
    let parts = [event.span_context().is_valid(), true];
    match parts {
        [true, _] => "valid",
        _ => "invalid",
    }
})]
fn block(event: &Origin) {
    here();
}

#[linked_span(event, name = concat!("con", "catenated"))]
fn concatenated(event: &Origin) {
    here();
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    literal(event);
    constant(event);
    formatted(event, "order").await;
    chosen(event, &true);
    cloned(event, "cloned".to_owned());
    block(event);
    concatenated(event);
    sdk.assert_each_body_ran_inside(7);
    let spans = sdk.spans();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "literal",
            "constant",
            "consume_order",
            "first",
            "cloned",
            "invalid",
            "concatenated"
        ]
    );
}
