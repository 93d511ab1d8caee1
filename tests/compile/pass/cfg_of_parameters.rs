//! Parameters with a `cfg`.
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
fn kept(#[cfg(not(any()))] event: &Origin, #[cfg(not(any()))] other: usize) -> usize {
    here();
    let _ = event;
    other
}

#[linked_span(event)]
fn removed(event: &Origin, #[cfg(any())] other: DoesNotExist) {
    here();
    let _ = event;
}

#[linked_span]
async fn one_or_the_other(#[cfg(any())] event: DoesNotExist, #[cfg(not(any()))] event: Origin) {
    here();
    drop(event);
}

#[linked_span(order, payment)]
async fn several(
    #[cfg_attr(all(), allow(unused_variables))] order: &Origin,
    payment: &Origin,
    #[cfg(any())] inventory: DoesNotExist,
) -> usize {
    here_and(2)
}

#[linked_span(event)]
fn boxed(
    event: Origin,
    #[cfg(not(any()))] kept: usize,
    #[cfg(any())] removed: DoesNotExist,
) -> std::pin::Pin<Box<dyn Future<Output = usize> + Send>> {
    Box::pin(async move {
        here();
        drop(event);
        kept
    })
}

struct Tuple(Origin, usize);

impl linked_span::LinkedEvent for Tuple {
    fn origin(&self) -> Origin {
        self.0.clone()
    }
}

#[linked_span]
fn another_pattern(#[cfg(not(any()))] Tuple(_, number): Tuple) -> usize {
    here_and(number)
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    assert_eq!(kept(&event, 1), 1);
    removed(&event);
    one_or_the_other(event.clone()).await;
    assert_eq!(several(&event, &event).await, 2);
    assert_eq!(boxed(event.clone(), 3).await, 3);
    assert_eq!(another_pattern(Tuple(event, 4)), 4);
    sdk.assert_each_body_ran_inside(6);
}
