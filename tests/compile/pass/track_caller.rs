//! `#[track_caller]`, which stays on the function; the caller in the body is the closure.
#![deny(warnings)]

use std::panic::Location;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[linked_span(event)]
#[track_caller]
fn below(event: &Origin) -> (&'static Location<'static>, u32) {
    here();
    let _ = event;
    (Location::caller(), line!())
}

#[track_caller]
#[linked_span(event)]
fn above(event: &Origin) -> (&'static Location<'static>, u32) {
    here();
    let _ = event;
    (Location::caller(), line!())
}

/// What is to know its caller stands around the handler.
#[track_caller]
fn around(event: &Origin) -> &'static Location<'static> {
    let caller = Location::caller();
    given(event, caller);
    caller
}

#[linked_span(event, attributes(code.line.number = caller.line()))]
fn given(event: &Origin, caller: &Location<'_>) {
    here();
    let _ = event;
}

#[test]
fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    let (below, in_the_body) = below(event);
    assert_eq!(below.line(), in_the_body);
    let (above, in_the_body) = above(event);
    assert_eq!(above.line(), in_the_body);
    assert_eq!(around(event).line(), line!());
    sdk.assert_each_body_ran_inside(3);
}
