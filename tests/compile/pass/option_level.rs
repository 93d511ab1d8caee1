//! `level = …` and `target = …`
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};
use tracing::Level;

mod names {
    pub(crate) const TARGET: &str = "shop::orders";
}

#[linked_span(event, level = "debug", target = "shop::orders")]
fn text(event: &Origin) {
    here();
}

#[linked_span(event, level = "WARN", target = names::TARGET)]
async fn capitals(event: &Origin) {
    here();
}

#[linked_span(event, level = Level::TRACE)]
fn path(event: &Origin) {
    here();
}

#[linked_span(event, level = tracing::Level::ERROR, target = module_path!())]
fn longer_path(event: &Origin) {
    here();
}

#[linked_span(event, level = 2)]
fn number(event: &Origin) {
    here();
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    text(event);
    capitals(event).await;
    path(event);
    longer_path(event);
    number(event);
    sdk.assert_each_body_ran_inside(5);
}
