//! `scope = …`
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

mod names {
    pub(crate) const SCOPE: &str = "constant";
}

#[linked_span(event, scope = "event.processor")]
fn literal(event: &Origin) {
    here();
}

#[linked_span(event, scope = names::SCOPE)]
async fn constant(event: &Origin) {
    here();
}

#[linked_span(event, scope = module_path!())]
fn module(event: &Origin) {
    here();
}

struct Shop;

impl Shop {
    const SCOPE: &'static str = "shop";

    #[linked_span(event, scope = Shop::SCOPE)]
    fn associated(&self, event: &Origin) {
        here();
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    literal(event);
    constant(event).await;
    module(event);
    Shop.associated(event);
    sdk.assert_each_body_ran_inside(4);
    let spans = sdk.spans();
    let scopes = spans.iter().map(|span| span.instrumentation_scope.name());
    assert!(scopes.eq(["event.processor", "constant", module_path!(), "shop"]));
}
