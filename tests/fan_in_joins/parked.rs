//! Parked joins: they neither run nor expire until an operator retries or forgets them.

use linked_span::fan_in;
use linked_span::fan_in::{
    Arrival, BlockingStore, Disposition, JoinQuery, Operator, Page, ParkReason, Status, disposition,
};
use linked_span_tests::{Sdk, Time, ms};

use crate::encoded::Encoded;
use crate::{
    BACKOFF, InventoryReserved, PaymentConfirmed, TIMEOUT, counts, inventory, memory, options,
    payment, ran, waits_for,
};

#[linked_span::fan_in(payment, inventory)]
fn ship(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    result: Result<u8, &'static str>,
) -> Result<u8, &'static str> {
    result
}

const ALL: JoinQuery<'_> = JoinQuery::Unsettled(Page::first(usize::MAX));

/// Lists all joins as an operator sees them.
fn listed<S: Operator>(joins: &fan_in::Join<ShipInput, S>) -> Vec<(String, Status, u32)> {
    let listed = fan_in::ready(joins.list(ALL)).unwrap().into_iter();
    listed
        .map(|join| (join.key, join.status, join.attempts))
        .collect()
}

/// Returns a store with one join that failed twice, which is its limit.
fn parked<S: BlockingStore<ShipInput>>(store: S) -> Ship<S> {
    let ship = Ship::new(store, options().max_attempts(2));
    assert_eq!(waits_for(ship.payment(payment("o-1"), Ok(1))), "inventory");
    for _ in 0..2 {
        let failed = ship.inventory(inventory("o-1"), Err("no truck"));
        assert!(matches!(failed, Ok(Arrival::Failed(_))));
    }
    ship
}

macro_rules! on_each_store {
    ($($check:ident;)*) => { $(
        mod $check {
            use super::*;

            #[test]
            fn in_memory() {
                let (sdk, time) = (Sdk::install(), Time::default());
                super::$check(&parked(memory(&time)), &time, &sdk, Disposition::Defer);
            }

            #[test]
            fn on_a_durable_store() {
                let (sdk, time) = (Sdk::install(), Time::default());
                super::$check(&parked(Encoded::new(&time)), &time, &sdk, Disposition::Ack);
            }
        }
    )* };
}

on_each_store! {
    an_input_comes_back_and_the_others_stay;
    nothing_runs_and_nothing_expires;
    an_operator_has_it_tried_again;
    an_operator_forgets_it;
}

fn an_input_comes_back_and_the_others_stay(
    ship: &Ship<impl BlockingStore<ShipInput>>,
    _: &Time,
    sdk: &Sdk,
    kept: Disposition,
) {
    let arrival = ship.inventory(inventory("o-1"), Ok(2));
    assert_eq!(disposition(&arrival), kept);
    let Ok(Arrival::Parked { input, durable, .. }) = arrival else {
        panic!("expected it to be parked: {arrival:?}");
    };
    assert_eq!(
        (input, durable),
        (
            ShipInput::Inventory(inventory("o-1")),
            kept == Disposition::Ack
        )
    );
    assert_eq!(sdk.spans().len(), 2);
    let status = Status::Parked(ParkReason::Attempts);
    assert_eq!(listed(ship.join()), [("o-1".into(), status, 2)]);
}

fn nothing_runs_and_nothing_expires(
    ship: &Ship<impl BlockingStore<ShipInput>>,
    time: &Time,
    sdk: &Sdk,
    _: Disposition,
) {
    for _ in 0..3 {
        time.pass(TIMEOUT);
        assert_eq!(counts(ship.sweep(Ok(2)).unwrap()), [0; 5]);
        assert!(ship.due(1).unwrap().is_empty());
    }
    assert_eq!(waits_for(ship.payment(payment("o-2"), Ok(1))), "inventory");
    assert_eq!(sdk.spans().len(), 2);
}

fn an_operator_has_it_tried_again(
    ship: &Ship<impl BlockingStore<ShipInput>>,
    time: &Time,
    _: &Sdk,
    _: Disposition,
) {
    time.pass(TIMEOUT);
    assert!(fan_in::ready(ship.join().retry("o-1")).unwrap());
    assert_eq!(
        counts(ship.sweep(Err("no truck")).unwrap()),
        [0, 1, 0, 0, 0]
    );
    assert_eq!(listed(ship.join()), [("o-1".into(), Status::Ready, 1)]);
    assert_eq!(ran(ship.payment(payment("o-1"), Ok(2))), Ok(2));
    assert_eq!(listed(ship.join()), []);
    assert!(!fan_in::ready(ship.join().retry("o-1")).unwrap());
}

fn an_operator_forgets_it(
    ship: &Ship<impl BlockingStore<ShipInput>>,
    _: &Time,
    _: &Sdk,
    _: Disposition,
) {
    assert!(fan_in::ready(ship.join().forget("o-1")).unwrap());
    assert_eq!(listed(ship.join()), []);
    assert!(!fan_in::ready(ship.join().forget("o-1")).unwrap());
    assert_eq!(
        waits_for(ship.inventory(inventory("o-1"), Ok(1))),
        "payment"
    );
}

#[test]
fn list_shows_open_ready_and_completed_joins() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(Encoded::new(&time), options());
    assert_eq!(waits_for(ship.payment(payment("o-1"), Ok(1))), "inventory");
    time.pass(ms(5));
    assert_eq!(
        waits_for(ship.inventory(inventory("o-2"), Ok(1))),
        "payment"
    );
    let failed = ship.payment(payment("o-2"), Err("no truck"));
    assert!(matches!(failed, Ok(Arrival::Failed(_))));
    assert_eq!(
        listed(ship.join()),
        [
            ("o-1".into(), Status::Open, 0),
            ("o-2".into(), Status::Ready, 1),
        ]
    );
    let first = &fan_in::ready(ship.join().list(JoinQuery::Key("o-1"))).unwrap()[0];
    assert_eq!(
        (first.age, first.missing.to_string()),
        (ms(5), "inventory".into())
    );

    assert_eq!(ran(ship.payment(payment("o-2"), Ok(2))), Ok(2));
    time.pass(ms(7));
    let second = &fan_in::ready(ship.join().list(JoinQuery::Key("o-2"))).unwrap()[0];
    assert_eq!((second.age, second.status), (ms(7), Status::Completed));
}

#[test]
fn undecodable_join_is_parked_and_the_sweep_continues() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options());
    for order_id in ["o-1", "o-2", "o-3"] {
        assert_eq!(
            waits_for(ship.payment(payment(order_id), Ok(1))),
            "inventory"
        );
    }
    store.spoil("o-1");
    let arrival = ship.inventory(inventory("o-1"), Ok(2));
    assert_eq!(disposition(&arrival), Disposition::Ack);
    assert!(matches!(arrival, Ok(Arrival::Parked { .. })));

    store.spoil("o-2");
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep(Ok(2)).unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(sdk.span().name, "ship expired");
    let status = Status::Parked(ParkReason::Undecodable);
    assert_eq!(
        listed(ship.join()),
        [("o-1".into(), status, 1), ("o-2".into(), status, 0)]
    );
}

#[test]
fn undecodable_overdue_join_does_not_fail_arrivals() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options());
    assert_eq!(waits_for(ship.payment(payment("o-1"), Ok(1))), "inventory");
    store.spoil("o-1");
    time.pass(TIMEOUT);
    for order_id in ["o-2", "o-3"] {
        assert_eq!(
            waits_for(ship.payment(payment(order_id), Ok(1))),
            "inventory"
        );
    }
    time.pass(BACKOFF);
    assert_eq!(counts(ship.sweep(Ok(2)).unwrap()), [0; 5]);
    assert_eq!(sdk.spans().len(), 0);
}

/// The function cannot be called without the lost input.
#[test]
fn join_whose_store_has_lost_an_input_is_parked() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options());
    for order_id in ["o-1", "o-2"] {
        assert_eq!(
            waits_for(ship.payment(payment(order_id), Ok(1))),
            "inventory"
        );
        let failed = ship.inventory(inventory(order_id), Err("no truck"));
        assert!(matches!(failed, Ok(Arrival::Failed(_))));
        store.lose_payload(order_id);
    }
    let arrival = ship.inventory(inventory("o-1"), Ok(1));
    assert_eq!(disposition(&arrival), Disposition::Requeue);
    let again = ship.inventory(inventory("o-1"), Ok(1));
    assert!(matches!(again, Ok(Arrival::Parked { .. })), "{again:?}");
    time.pass(BACKOFF);
    assert_eq!(counts(ship.sweep(Ok(1)).unwrap()), [0; 5]);
    let parked = Status::Parked(ParkReason::Undecodable);
    let statuses = listed(ship.join()).into_iter().map(|(_, status, _)| status);
    assert_eq!(statuses.collect::<Vec<_>>(), [parked, parked]);
}

/// The list has several pages, and other joins between those that match.
#[test]
fn operator_lists_and_retries_joins_by_reason() {
    const JOINS: usize = 250;
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options().max_attempts(1));
    for number in 0..JOINS {
        let order = format!("o-{number:03}");
        assert_eq!(waits_for(ship.payment(payment(&order), Ok(1))), "inventory");
        if number % 3 == 0 {
            store.spoil(&order);
        }
        let _parked = ship.inventory(inventory(&order), Err("no truck"));
    }
    let parked = |reason, after, limit| {
        let parked = ship.join().parked(reason, Page::after(after, limit));
        let parked = fan_in::ready(parked).unwrap();
        parked.into_iter().map(|join| join.key).collect::<Vec<_>>()
    };
    let undecodable = parked(ParkReason::Undecodable, None, usize::MAX);
    assert_eq!(undecodable.len(), JOINS.div_ceil(3));
    assert!(undecodable.is_sorted());
    assert_eq!(
        parked(ParkReason::Undecodable, Some("o-003"), 2),
        ["o-006", "o-009"]
    );
    assert_eq!(parked(ParkReason::Attempts, None, 2), ["o-001", "o-002"]);
    let exhausted = JOINS - undecodable.len();
    let retried = ship.join().retry_parked(ParkReason::Attempts);
    assert_eq!(fan_in::ready(retried).unwrap(), exhausted);
    assert!(parked(ParkReason::Attempts, None, 1).is_empty());
    assert_eq!(
        parked(ParkReason::Undecodable, None, usize::MAX),
        undecodable
    );
    assert_eq!(counts(ship.sweep(Ok(1)).unwrap())[0], exhausted);
}
