//! Functions that do not return.
#![deny(warnings)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[linked_span(event)]
fn gives_up(event: &Origin) -> ! {
    here();
    std::panic::resume_unwind(Box::new(event.clone()))
}

#[linked_span(event)]
async fn gives_up_later(event: &Origin) -> ! {
    here();
    tokio::task::yield_now().await;
    std::panic::resume_unwind(Box::new(event.clone()))
}

#[linked_span(event)]
async fn loops(event: &Origin) -> ! {
    here();
    let _ = event;
    loop {
        tokio::task::yield_now().await;
    }
}

#[linked_span(event)]
async fn loops_by_its_type(event: &Origin) -> std::convert::Infallible {
    here();
    loops(event).await
}

#[linked_span(event)]
fn boxed(event: &Origin) -> Pin<Box<dyn Future<Output = std::convert::Infallible> + Send + '_>> {
    Box::pin(async move {
        here();
        loops(event).await
    })
}

#[linked_span(event)]
fn diverges_with_a_type(event: &Origin) -> usize {
    here();
    std::panic::resume_unwind(Box::new(event.clone()))
}

#[linked_span(event)]
async fn diverges_later_with_a_type(event: &Origin) -> usize {
    here();
    std::panic::resume_unwind(Box::new(event.clone()))
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    assert!(catch_unwind(AssertUnwindSafe(|| gives_up(&event))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| diverges_with_a_type(&event))).is_err());
    let task = tokio::spawn(async {
        gives_up_later(&Origin::default()).await;
    });
    assert!(task.await.is_err());
    let task = tokio::spawn(async {
        diverges_later_with_a_type(&Origin::default()).await;
    });
    assert!(task.await.is_err());
    let task = tokio::spawn(async {
        boxed(&Origin::default()).await;
    });
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.is_err());
    let task = tokio::spawn(async {
        loops_by_its_type(&Origin::default()).await;
    });
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.is_err());
    sdk.assert_each_body_ran_inside(8);
}
