//! Patterns as parameters of functions that return a future.
#![deny(warnings)]

use std::pin::Pin;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
struct OrderCreated {
    id: String,
    metadata: Origin,
}

#[linked_span(attributes(order.id = id))]
fn boxed(OrderCreated { id, .. }: OrderCreated) -> Pin<Box<dyn Future<Output = String> + Send>> {
    Box::pin(async move {
        here();
        id
    })
}

#[linked_span]
fn opaque(OrderCreated { id, .. }: OrderCreated) -> impl Future<Output = String> {
    async move {
        here();
        id
    }
}

#[linked_span(id)]
fn bound(
    OrderCreated { metadata: id, .. }: OrderCreated,
    count: usize,
) -> impl Future<Output = usize> {
    async move {
        here();
        let _ = id;
        count
    }
}

#[linked_span(event)]
fn mutable(mut event: OrderCreated) -> Pin<Box<dyn Future<Output = String> + Send>> {
    Box::pin(async move {
        here();
        event.id.push('!');
        event.id
    })
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = OrderCreated {
        id: "o-1".to_owned(),
        metadata: Origin::default(),
    };
    boxed(event.clone()).await;
    opaque(event.clone()).await;
    bound(event.clone(), 1).await;
    assert_eq!(mutable(event).await, "o-1!");
    sdk.assert_each_body_ran_inside(4);
}
