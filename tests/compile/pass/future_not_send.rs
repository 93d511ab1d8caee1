//! Futures that are not `Send`.
#![deny(warnings)]

use std::pin::Pin;
use std::rc::Rc;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[derive(LinkedEvent)]
struct Local {
    metadata: Rc<Origin>,
}

#[linked_span(event)]
async fn by_its_event(event: Local) {
    here();
    std::future::ready(()).await;
    drop(event);
}

#[linked_span(event)]
async fn by_its_body(event: &Origin) -> Rc<usize> {
    here();
    let local = Rc::new(1);
    std::future::ready(event).await;
    local
}

#[linked_span(event)]
fn opaque(event: Local) -> impl Future<Output = ()> {
    async move {
        here();
        std::future::ready(()).await;
        drop(event);
    }
}

#[linked_span(event)]
fn boxed(event: Local) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        here();
        drop(event);
    })
}

/// Two implementations hold for what is `Send`, and then a call is ambiguous.
trait NotSend<JoinQuery> {
    fn not_send(self) -> Self;
}

struct Always;
struct IfSend;

impl<T> NotSend<Always> for T {
    fn not_send(self) -> T {
        self
    }
}

impl<T: Send> NotSend<IfSend> for T {
    fn not_send(self) -> T {
        self
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let local = || Local {
        metadata: Rc::new(Origin::default()),
    };
    by_its_event(local()).not_send().await;
    by_its_body(&Origin::default()).not_send().await;
    opaque(local()).not_send().await;
    boxed(local()).not_send().await;
    sdk.assert_each_body_ran_inside(4);
}
