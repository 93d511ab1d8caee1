//! Two inputs, three and twelve, by value and by reference, of plain and of `async` functions.
#![deny(warnings)]

use std::time::Duration;

use linked_span::fan_in::Arrival;
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here, here_and};

#[derive(Clone, LinkedEvent)]
struct Payment {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

/// Neither `Clone` nor `Debug`.
#[derive(LinkedEvent)]
struct Inventory {
    #[event(key)]
    order: String,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn two(payment: Payment, inventory: &Inventory) -> usize {
    here();
    drop(payment);
    inventory.order.len()
}

#[fan_in(inventory, payment)]
async fn two_later(payment: Payment, inventory: &Inventory) -> usize {
    here();
    tokio::task::yield_now().await;
    drop(payment);
    inventory.order.len()
}

#[fan_in(payment, inventory, label)]
fn three(payment: &Payment, inventory: &Inventory, label: &Payment) -> u64 {
    here();
    let _ = inventory;
    payment.order + label.order
}

#[fan_in(payment, inventory, label)]
async fn three_later(payment: &Payment, inventory: &Inventory, label: Payment) -> u64 {
    here();
    tokio::task::yield_now().await;
    let _ = inventory;
    payment.order + label.order
}

#[fan_in(a, b, c, d, e, f, g, h, i, j, k, l)]
fn twelve(
    a: Payment,
    b: &Payment,
    c: Payment,
    d: &Payment,
    e: Payment,
    f: &Payment,
    g: Payment,
    h: &Payment,
    i: Payment,
    j: &Payment,
    k: Payment,
    l: &Inventory,
) -> u64 {
    let _ = l;
    here_and(
        [&a, b, &c, d, &e, f, &g, h, &i, j, &k]
            .map(|payment| payment.order)
            .iter()
            .sum(),
    )
}

#[fan_in(a, b, c, d, e, f, g, h, i, j, k, l)]
async fn twelve_later(
    a: &Payment,
    b: &Payment,
    c: &Payment,
    d: &Payment,
    e: &Payment,
    f: &Payment,
    g: &Payment,
    h: &Payment,
    i: &Payment,
    j: &Payment,
    k: &Payment,
    l: &Inventory,
) -> u64 {
    let _ = l;
    tokio::task::yield_now().await;
    here_and(
        [a, b, c, d, e, f, g, h, i, j, k]
            .map(|payment| payment.order)
            .iter()
            .sum(),
    )
}

fn payment() -> Payment {
    Payment {
        order: 7,
        metadata: Origin::default(),
    }
}

fn inventory() -> Inventory {
    Inventory {
        order: "7".to_owned(),
        metadata: Origin::default(),
    }
}

macro_rules! assert_waiting {
    ($($arrival:expr),* $(,)?) => { $(
        assert!(matches!($arrival, Ok(Arrival::Waiting { .. })));
    )* };
}

macro_rules! assert_ran {
    ($arrival:expr, $returned:literal) => {
        assert!(matches!($arrival, Ok(Arrival::Ran($returned))));
    };
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);

    let joins = Two::in_memory(timeout);
    assert_waiting!(joins.payment(payment()));
    assert_ran!(joins.inventory(inventory()), 1);

    let joins = TwoLater::in_memory(timeout);
    assert_waiting!(joins.inventory(inventory()).await);
    assert_ran!(joins.payment(payment()).await, 1);

    let joins = Three::in_memory(timeout);
    assert_waiting!(joins.label(payment()), joins.inventory(inventory()));
    assert_ran!(joins.payment(payment()), 14);

    let joins = ThreeLater::in_memory(timeout);
    assert_waiting!(joins.label(payment()).await, joins.payment(payment()).await);
    assert_ran!(joins.inventory(inventory()).await, 14);

    let joins = Twelve::in_memory(timeout);
    assert_waiting!(
        joins.a(payment()),
        joins.b(payment()),
        joins.c(payment()),
        joins.d(payment()),
        joins.e(payment()),
        joins.f(payment()),
        joins.g(payment()),
        joins.h(payment()),
        joins.i(payment()),
        joins.j(payment()),
        joins.k(payment()),
    );
    assert_ran!(joins.l(inventory()), 77);

    let joins = TwelveLater::in_memory(timeout);
    assert_waiting!(
        joins.l(inventory()).await,
        joins.k(payment()).await,
        joins.j(payment()).await,
        joins.i(payment()).await,
        joins.h(payment()).await,
        joins.g(payment()).await,
        joins.f(payment()).await,
        joins.e(payment()).await,
        joins.d(payment()).await,
        joins.c(payment()).await,
        joins.b(payment()).await,
    );
    assert_ran!(joins.a(payment()).await, 77);

    assert_eq!(two(payment(), &inventory()), 1);
    assert_eq!(two_later(payment(), &inventory()).await, 1);
    sdk.assert_each_body_ran_inside(8);
}
