//! Free functions without `async`.
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
fn named(event: &Origin) {
    here();
    let _ = event;
}

#[linked_span]
fn by_default(event: &Origin, times: usize) -> usize {
    here();
    let _ = event;
    times
}

#[linked_span]
fn the_only_parameter(delivery: Origin) -> Origin {
    here_and(delivery)
}

#[linked_span(event)]
fn not_used_in_the_body(event: &Origin) {
    here();
}

#[linked_span(event)]
fn nothing_but_a_macro(event: &Origin) -> String {
    here_and(format!("{event:?}"))
}

#[linked_span(event)]
fn one_expression(event: &Origin) -> bool {
    here_and(event.span_context().is_valid())
}

#[linked_span(event)]
fn nested_blocks(event: Origin) -> Origin {
    here();
    {
        let again = event;
        again
    }
}

#[test]
fn runs() {
    let sdk = Sdk::install();
    named(&Origin::default());
    assert_eq!(by_default(&Origin::default(), 2), 2);
    the_only_parameter(Origin::default());
    not_used_in_the_body(&Origin::default());
    nothing_but_a_macro(&Origin::default());
    one_expression(&Origin::default());
    nested_blocks(Origin::default());
    sdk.assert_each_body_ran_inside(7);
}
