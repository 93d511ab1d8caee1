//! Closures for `on_expired`.
#![deny(warnings)]

use std::error::Error;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use linked_span::fan_in::Expired;
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn plain(payment: &Event, inventory: &Event) {
    let _ = (payment, inventory);
}

#[fan_in(payment, inventory)]
async fn later(payment: &Event, inventory: &Event) {
    let _ = (payment, inventory);
}

fn refund(expired: Expired<PlainReceived>) -> Result<(), fmt::Error> {
    here();
    assert_eq!(
        expired.inputs.payment().map(|payment| payment.order),
        Some(7)
    );
    assert!(expired.inputs.clone().inventory().is_none());
    Ok(())
}

async fn refund_later(expired: Expired<LaterReceived>) -> Result<u64, Box<dyn Error>> {
    here();
    tokio::task::yield_now().await;
    Ok(expired.inputs.payment().map_or(0, |payment| payment.order))
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
    let refunded = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&refunded);
    let plain: [fn(Plain) -> Plain; 4] = [
        |joins| joins.on_expired(refund),
        |joins| joins.on_expired(|_| here()),
        |joins| {
            joins.on_expired(|_| {
                here();
                Ok::<_, Box<dyn Error>>(1)
            })
        },
        |joins| {
            joins.on_expired(|_| {
                here();
                Err::<(), _>(Rc::<str>::from("not sent"))
            })
        },
    ];
    for with in plain {
        let joins = with(Plain::in_memory(Duration::ZERO));
        joins.payment(event()).map(drop).unwrap();
        let swept = joins.sweep().unwrap();
        assert_eq!(swept.expired + swept.expiry_failed, 1);
    }
    let later = [
        Later::in_memory(Duration::ZERO).on_expired(refund_later),
        Later::in_memory(Duration::ZERO).on_expired(move |expired| {
            let counted = Arc::clone(&counted);
            async move {
                here();
                tokio::task::yield_now().await;
                let refunded = usize::from(expired.missing.contains("inventory"));
                counted.fetch_add(refunded, Ordering::Relaxed);
            }
        }),
        Later::in_memory(Duration::ZERO).on_expired(async |_| here()),
        Later::in_memory(Duration::ZERO).on_expired(|_| {
            here();
            std::future::ready(())
        }),
    ];
    for joins in later {
        joins.payment(event()).await.map(drop).unwrap();
        for due in joins.due(1).await.unwrap() {
            let _expired = due.run().await;
        }
    }
    assert_eq!(refunded.load(Ordering::Relaxed), 1);
    sdk.assert_each_body_ran_inside(8);
}
