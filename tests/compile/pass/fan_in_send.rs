//! Futures of joins that are `Send`, and bodies that are not.
#![deny(warnings)]

use std::rc::Rc;
use std::time::Duration;

use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Shelf;

#[fan_in(payment, inventory)]
async fn ship(
    payment: Event,
    inventory: &Event,
    shelf: &Shelf,
    count: &mut u64,
    text: String,
) -> Result<u64, String> {
    here();
    tokio::task::yield_now().await;
    let _ = (inventory, shelf, text);
    *count += payment.order;
    if *count < 10 {
        Err("too few".into())
    } else {
        Ok(*count)
    }
}

#[fan_in(payment, inventory)]
async fn a_local_body(payment: &Event, inventory: &Event) -> u64 {
    here();
    let order = Rc::new(payment.order);
    tokio::task::yield_now().await;
    *order + inventory.order
}

#[fan_in(payment, inventory)]
async fn a_local_extra(payment: &Event, inventory: &Event, extra: Rc<u64>) -> u64 {
    here();
    tokio::task::yield_now().await;
    payment.order + inventory.order + *extra
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn assert_shared<T: Send + Sync + 'static>(_: &T) {}

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
    let (mut count, text) = (0, String::new);
    let joins = Ship::in_memory(timeout);
    assert_shared(&joins);
    assert_send(joins.payment(event(), &Shelf, &mut count, text()))
        .await
        .map(drop)
        .unwrap();
    assert_send(joins.inventory(event(), &Shelf, &mut count, text()))
        .await
        .map(drop)
        .unwrap();
    assert_send(joins.sweep(&Shelf, &mut count, text()))
        .await
        .map(drop)
        .unwrap();
    tokio::time::sleep(Duration::from_millis(1_001)).await;
    for due in assert_send(joins.due(1)).await.unwrap() {
        let _ran = assert_send(due.run(&Shelf, &mut count, text())).await;
    }
    assert_send(joins.join().settled("7")).await;
    assert_eq!(count, 14);
    let joins = assert_send(joins.on_expired(|_| async {}));
    let spawned = tokio::spawn(async move {
        joins
            .payment(event(), &Shelf, &mut 0, text())
            .await
            .map(drop)
    });
    spawned.await.unwrap().unwrap();

    let joins = ALocalBody::in_memory(timeout);
    assert_shared(&joins);
    joins.payment(event()).await.map(drop).unwrap();
    joins.inventory(event()).await.map(drop).unwrap();
    joins.sweep().await.map(drop).unwrap();

    let joins = ALocalExtra::in_memory(timeout);
    joins.payment(event(), Rc::new(1)).await.map(drop).unwrap();
    joins
        .inventory(event(), Rc::new(1))
        .await
        .map(drop)
        .unwrap();
    joins.sweep(Rc::new(1)).await.map(drop).unwrap();
    sdk.assert_each_body_ran_inside(4);
}
