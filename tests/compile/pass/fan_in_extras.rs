//! Parameters that are not inputs: by value, by reference, generic, with patterns; for an arrival, a sweep and a due join.
#![deny(warnings)]

use std::fmt::{Debug, Display};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use linked_span::fan_in::{JoinOptions, Memory};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Shelf(AtomicUsize);

impl Shelf {
    fn take(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[derive(Clone)]
struct Ticket(String);

struct Pair(u64, u64);

/// Fails, so that it is run again.
#[fan_in(payment, inventory)]
fn plain(
    ticket: Ticket,
    payment: Event,
    shelf: &Shelf,
    inventory: &Event,
    list: &mut Vec<String>,
    text: impl Display + Clone,
    Pair(first, second): &Pair,
    _: u8,
    mut count: usize,
) -> Result<usize, String> {
    here();
    count += shelf.take() + first.abs_diff(*second) as usize;
    list.push(format!(
        "{}{text}{}",
        ticket.0,
        payment.order + inventory.order
    ));
    if count < 4 {
        return Err(count.to_string());
    }
    Ok(count)
}

#[fan_in(payment, inventory)]
async fn later<'s, T, const SIZE: usize>(
    shelf: &'s Shelf,
    payment: Event,
    values: [T; SIZE],
    inventory: Event,
    (list, other): (&'s Shelf, T),
    text: &(impl Display + ?Sized),
    taken: &mut Vec<usize>,
) -> Result<[T; SIZE], String>
where
    T: Clone + Debug,
{
    here();
    tokio::task::yield_now().await;
    let number = payment.order + inventory.order;
    taken.push(shelf.take() + list.take());
    if taken.len() < 4 {
        return Err(format!("{other:?}{text}{number}"));
    }
    Ok(values)
}

/// Neither `Clone` nor for a sweep.
struct Value(String);

#[fan_in(payment, inventory)]
fn once<T>(
    payment: &Event,
    inventory: &Event,
    value: Value,
    other: T,
    texts: &mut [impl Into<String>],
) -> Result<T, String> {
    here();
    let _ = (payment, inventory);
    drop(other);
    assert!(texts.is_empty());
    Err(value.0)
}

fn event() -> Event {
    Event {
        order: 7,
        metadata: Origin::default(),
    }
}

fn options() -> JoinOptions {
    JoinOptions::timeout(Duration::from_secs(600)).backoff(Duration::ZERO)
}

fn plain_ones() {
    let (shelf, mut list) = (Shelf(AtomicUsize::new(0)), Vec::new());
    let joins = Plain::new(Memory::new(), options());
    let ticket = || Ticket("t".to_owned());
    joins
        .payment(event(), ticket(), &shelf, &mut list, "x", &Pair(1, 2), 0, 0)
        .map(drop)
        .unwrap();
    joins
        .inventory(event(), ticket(), &shelf, &mut list, 'x', &Pair(1, 2), 0, 0)
        .map(drop)
        .unwrap();
    assert_eq!(list, ["tx14"]);
    let swept = joins.sweep(ticket(), &shelf, &mut list, 1, &Pair(1, 2), 0, 0);
    assert_eq!(swept.unwrap().failed, 1);
    for due in joins.due(1).unwrap() {
        assert_eq!(due.key(), "7");
        let _failed = due.run(
            ticket(),
            &shelf,
            &mut list,
            String::new(),
            &Pair(1, 2),
            0,
            0,
        );
    }
    let swept = joins.sweep(ticket(), &shelf, &mut list, 1, &Pair(1, 2), 0, 0);
    assert_eq!(swept.unwrap().ran, 1);
    assert_eq!(list, ["tx14", "t114", "t14", "t114"]);
}

async fn later_ones() {
    let (shelf, mut taken) = (Shelf(AtomicUsize::new(0)), Vec::new());
    let joins = Later::new(Memory::new(), options());
    for arrival in [
        joins
            .payment(event(), &shelf, ["a"], (&shelf, "b"), "text", &mut taken)
            .await
            .map(drop),
        joins
            .inventory(event(), &shelf, ["a"], (&shelf, "b"), &1, &mut taken)
            .await
            .map(drop),
    ] {
        arrival.unwrap();
    }
    let swept = joins
        .sweep(&shelf, [1, 2], (&shelf, 3), "text", &mut taken)
        .await;
    assert_eq!(swept.unwrap().failed, 1);
    for due in joins.due(1).await.unwrap() {
        let _failed = due
            .run(&shelf, [()], (&shelf, ()), "text", &mut taken)
            .await;
    }
    let swept = joins
        .sweep(&shelf, [0_u8; 0], (&shelf, 3), "text", &mut taken)
        .await;
    assert_eq!(swept.unwrap().ran, 1);
    assert_eq!(taken, [1, 5, 9, 13]);
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    plain_ones();
    later_ones().await;
    let joins = Once::in_memory(Duration::from_secs(600));
    joins
        .payment(event(), Value(String::new()), 1, &mut [""; 0])
        .map(drop)
        .unwrap();
    joins
        .inventory(event(), Value(String::new()), "one", &mut ['c'; 0])
        .map(drop)
        .unwrap();
    sdk.assert_each_body_ran_inside(9);
}
