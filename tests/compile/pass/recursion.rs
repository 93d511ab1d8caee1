//! Handlers that call themselves, and handlers in handlers.
#![deny(warnings)]

use std::pin::Pin;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
fn plain(event: &Origin, depth: usize) -> usize {
    here();
    if depth == 0 {
        return 0;
    }
    1 + plain(event, depth - 1)
}

#[linked_span(event)]
async fn later(event: &Origin, depth: usize) -> usize {
    here();
    if depth == 0 {
        0
    } else {
        1 + Box::pin(later(event, depth - 1)).await
    }
}

#[linked_span(event)]
fn boxed(event: &Origin, depth: usize) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move {
        here();
        if depth == 0 {
            0
        } else {
            1 + boxed(event, depth - 1).await
        }
    })
}

#[linked_span(event)]
async fn nested(event: &Origin) -> usize {
    here();
    #[linked_span(event)]
    fn inner(event: &Origin) -> usize {
        here();
        #[linked_span(event)]
        fn innermost(event: &Origin) -> usize {
            here();
            let _ = event;
            1
        }
        innermost(event)
    }
    #[linked_span(event)]
    async fn beside(event: &Origin) -> usize {
        here_and(inner(event))
    }
    inner(event) + beside(event).await
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    assert_eq!(plain(event, 2), 2);
    assert_eq!(later(event, 2).await, 2);
    assert_eq!(boxed(event, 2).await, 2);
    assert_eq!(nested(event).await, 2);
    sdk.assert_each_body_ran_inside(15);
}
