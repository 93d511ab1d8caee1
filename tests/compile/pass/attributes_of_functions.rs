//! Attributes and rustdoc of the function, outside and inside its body.
#![deny(warnings, missing_docs, unused_must_use)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

/// Documented.
///
/// On several lines.
#[linked_span(event)]
#[must_use]
#[inline]
pub fn below(event: &Origin) -> usize {
    here();
    let _ = event;
    1
}

#[must_use = "or it was for nothing"]
#[allow(unused_variables)]
/// Documented below.
#[linked_span(event)]
pub async fn above(event: &Origin) -> usize {
    here();
    let unused = 1;
    2
}

/// Documented inside:
#[linked_span(event)]
pub fn inside(event: &Origin) -> usize {
    //! here.
    #![allow(unused_variables, unused_mut)]
    here();
    let mut unused = 1;
    let _ = event;
    3
}

/// Inside of a future.
#[linked_span(event)]
pub async fn inside_later(event: &Origin) -> usize {
    #![allow(unused_variables)]
    here();
    let unused = 1;
    4
}

/// Not there.
#[linked_span(event)]
#[cfg(any())]
pub fn not_there(event: &Origin) -> DoesNotExist {
    here();
}

/// There.
#[linked_span(event)]
#[cfg_attr(all(), must_use)]
#[deprecated]
pub fn deprecated(event: &Origin, #[cfg(any())] not_there: DoesNotExist) -> usize {
    here();
    let _ = event;
    5
}

/// Calls them.
fn main() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    assert_eq!(below(event), 1);
    assert_eq!(inside(event), 3);
    std::mem::drop(above(event));
    std::mem::drop(inside_later(event));
    #[allow(deprecated)]
    let _ = deprecated(event);
    sdk.assert_each_body_ran_inside(3);
}
