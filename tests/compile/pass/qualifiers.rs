//! `unsafe`, `extern`, and visibilities.
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[linked_span(event)]
unsafe fn trusting(event: &Origin, value: *const usize) -> usize {
    here();
    let _ = event;
    // SAFETY: the caller's.
    unsafe { *value }
}

#[linked_span(event)]
async unsafe fn trusting_later(event: &Origin) -> usize {
    here();
    let _ = event;
    1
}

#[linked_span(event)]
extern "C" fn called_from_c(event: &Origin) -> usize {
    here();
    let _ = event;
    1
}

#[linked_span(event)]
pub(crate) unsafe extern "C" fn everything(event: &Origin) -> usize {
    here();
    let _ = event;
    1
}

#[linked_span(event)]
#[unsafe(no_mangle)]
pub extern "C" fn linked_span_not_mangled(event: &Origin) -> usize {
    here();
    let _ = event;
    1
}

mod inner {
    use super::{Origin, here, linked_span};

    #[linked_span(event)]
    pub(in crate::qualifiers::inner) fn inside(event: &Origin) {
        here();
        let _ = event;
    }

    #[linked_span(event)]
    pub(super) fn above(event: &Origin) {
        here();
        inside(event);
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    let called_from_c: extern "C" fn(&Origin) -> usize = called_from_c;
    called_from_c(event);
    linked_span_not_mangled(event);
    // SAFETY: all is as it should be.
    unsafe {
        assert_eq!(trusting(event, &2), 2);
        trusting_later(event).await;
        everything(event);
    }
    inner::above(event);
    sdk.assert_each_body_ran_inside(7);
}
