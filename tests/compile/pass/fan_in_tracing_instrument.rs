//! `#[tracing::instrument]`, above and below.
#![deny(warnings)]

use std::time::Duration;

use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here, pairs};

#[derive(Clone, Debug, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
#[tracing::instrument(skip_all, fields(number), err)]
fn above(payment: Event, inventory: &Event, number: usize) -> Result<usize, String> {
    here();
    let _ = (payment, inventory);
    Ok(number)
}

#[tracing::instrument(skip_all, err)]
#[fan_in(payment, inventory)]
fn below(payment: Event, inventory: &Event, number: usize) -> Result<usize, String> {
    here();
    let _ = (payment, inventory);
    Ok(number)
}

#[fan_in(payment, inventory)]
#[tracing::instrument]
async fn above_later(payment: Event, inventory: &Event, number: usize) -> usize {
    here();
    tokio::task::yield_now().await;
    let _ = (payment, inventory);
    number
}

#[tracing::instrument(ret)]
#[fan_in(payment, inventory)]
async fn below_later(payment: Event, inventory: &Event, number: usize) -> usize {
    here();
    tokio::task::yield_now().await;
    let _ = (payment, inventory);
    number
}

fn event() -> Event {
    Event {
        order: 7,
        metadata: Origin::default(),
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let joins = Above::in_memory(timeout);
    joins.payment(event(), 1).map(drop).unwrap();
    joins.inventory(event(), 1).map(drop).unwrap();
    let joins = Below::in_memory(timeout);
    joins.payment(event(), 1).map(drop).unwrap();
    joins.inventory(event(), 1).map(drop).unwrap();
    let joins = AboveLater::in_memory(timeout);
    joins.payment(event(), 1).await.map(drop).unwrap();
    joins.inventory(event(), 1).await.map(drop).unwrap();
    let joins = BelowLater::in_memory(timeout);
    joins.payment(event(), 1).await.map(drop).unwrap();
    joins.inventory(event(), 1).await.map(drop).unwrap();
    sdk.assert_each_body_ran_inside(4);
    // Each span has the key of its join, above and below the other attribute.
    for span in sdk.spans() {
        assert!(pairs(&span.attributes).contains(&("fan_in.key", "7".into())));
    }
}
