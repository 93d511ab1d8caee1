//! Joins in a store that outlives the process: workers share it, and leases end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use linked_span::fan_in::{
    Arrival, Change, ClosedReason, Disposition, JoinPolicy, Settlement, Store, Token, Verdict,
    Work, disposition, ready,
};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, Time, ms, producer};
use serde::{Deserialize, Serialize};

use crate::encoded::{Call, Encoded};
use crate::{
    BACKOFF, DEDUP_WINDOW, InventoryReserved, LEASE, PaymentConfirmed, TIMEOUT, counts, inventory,
    links, options, payment, ran, waits_for,
};

#[fan_in(payment, inventory)]
fn ship(
    payment: PaymentConfirmed,
    inventory: &InventoryReserved,
    meanwhile: &dyn Fn(),
) -> Result<String, &'static str> {
    meanwhile();
    Ok(payment.id)
}

fn nothing() {}

/// Returns two workers that share a store, as two processes would.
fn workers(time: &Time) -> (Encoded, [Ship<Encoded>; 2]) {
    let store = Encoded::new(time);
    let worker = || Ship::new(store.clone(), options());
    (store.clone(), [worker(), worker()])
}

#[test]
fn input_of_one_worker_is_joined_by_another() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (_, [here, there]) = workers(&time);
    let first = here.payment(payment("o-1"), &nothing);
    assert_eq!(disposition(&first), Disposition::Ack);
    assert_eq!(waits_for(first), "inventory");
    drop(here);
    time.pass(ms(3_000));
    assert_eq!(
        ran(there.inventory(inventory("o-1"), &nothing)),
        Ok("p-1".into())
    );
    let span = sdk.span();
    let [(first, waited), (second, _)] = &links(&span)[..] else {
        panic!("expected two links");
    };
    assert_eq!([first, second], [&producer(1), &producer(2)]);
    assert_eq!(waited[3], ("fan_in.wait", 3.0.into()));
}

#[test]
fn arrival_at_a_claimed_join_returns_the_rest_of_the_lease() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, [here, there]) = workers(&time);
    assert_eq!(
        waits_for(here.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    let meanwhile = || {
        time.pass(LEASE - ms(1));
        let arrival = there.inventory(inventory("o-1"), &nothing);
        assert_eq!(disposition(&arrival), Disposition::Requeue);
        let Ok(Arrival::Busy { retry_after, .. }) = arrival else {
            panic!("expected another to run it: {arrival:?}");
        };
        assert_eq!(retry_after, Duration::from_millis(1));
        assert_eq!(counts(there.sweep(&nothing).unwrap()), [0; 5]);
    };
    assert_eq!(
        ran(here.inventory(inventory("o-1"), &meanwhile)),
        Ok("p-1".into())
    );
}

#[test]
fn success_after_a_lost_claim_is_not_recorded() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, [here, there]) = workers(&time);
    assert_eq!(
        waits_for(here.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    let meanwhile = || {
        time.pass(LEASE);
        assert_eq!(
            ran(there.inventory(inventory("o-1"), &nothing)),
            Ok("p-1".into())
        );
    };
    let late = here.inventory(inventory("o-1"), &meanwhile);
    assert_eq!(disposition(&late), Disposition::Requeue);
    assert_eq!(late.unwrap(), Arrival::Unrecorded(Ok("p-1".into())));
    let again = here.inventory(inventory("o-1"), &nothing);
    assert_eq!(disposition(&again), Disposition::Ack);
    assert!(matches!(
        again,
        Ok(Arrival::Closed {
            reason: ClosedReason::Completed,
            ..
        })
    ));
}

/// A settlement counts after its lease if no other worker has claimed the join.
#[test]
fn success_after_the_lease_is_recorded_without_another_claim() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, [here, _]) = workers(&time);
    assert_eq!(
        waits_for(here.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    let meanwhile = || time.pass(LEASE + TIMEOUT);
    assert_eq!(
        ran(here.inventory(inventory("o-1"), &meanwhile)),
        Ok("p-1".into())
    );
}

#[test]
fn sweep_runs_the_join_of_a_dead_worker() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (store, [_, there]) = workers(&time);
    assert_eq!(
        waits_for(there.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    // A process claims the join and dies.
    let payload = ShipInput::Inventory(inventory("o-1"));
    let claimed = ready(store.arrive("o-1", &POLICY, 1.into(), payload, Token(1))).unwrap();
    assert!(matches!(claimed.verdict, Verdict::Run(_)));
    assert_eq!(counts(there.sweep(&nothing).unwrap()), [0; 5]);
    time.pass(LEASE);
    assert_eq!(counts(there.sweep(&nothing).unwrap()), [1, 0, 0, 0, 0]);
    assert_eq!(links(&sdk.span()).len(), 2);
}

#[test]
fn success_that_does_not_reach_the_store_runs_again() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (store, [here, there]) = workers(&time);
    assert_eq!(
        waits_for(here.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    store.fail(Call::Settle);
    let arrival = here.inventory(inventory("o-1"), &nothing);
    assert_eq!(disposition(&arrival), Disposition::Requeue);
    assert_eq!(arrival.unwrap(), Arrival::Unrecorded(Ok("p-1".into())));
    let again = || there.inventory(inventory("o-1"), &nothing);
    assert!(matches!(again(), Ok(Arrival::Busy { .. })));
    time.pass(LEASE);
    assert_eq!(ran(again()), Ok("p-1".into()));
}

#[test]
fn success_with_a_lost_reply_is_recorded() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (store, [here, there]) = workers(&time);
    assert_eq!(
        waits_for(here.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    store.lose_the_reply(Call::Settle);
    let arrival = here.inventory(inventory("o-1"), &nothing);
    assert_eq!(arrival.unwrap(), Arrival::Unrecorded(Ok("p-1".into())));
    let again = there.inventory(inventory("o-1"), &nothing);
    assert_eq!(disposition(&again), Disposition::Ack);
    assert!(matches!(
        again,
        Ok(Arrival::Closed {
            reason: ClosedReason::Completed,
            ..
        })
    ));
}

#[test]
fn failure_that_does_not_reach_the_store_runs_after_the_lease() {
    #[fan_in(payment, inventory)]
    fn fails(payment: &PaymentConfirmed, inventory: &InventoryReserved) -> Result<(), ()> {
        Err(())
    }

    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let joins = Fails::new(store.clone(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    store.fail(Call::Settle);
    let last = || joins.inventory(inventory("o-1"));
    assert!(matches!(last(), Ok(Arrival::Failed(_))));
    assert!(matches!(last(), Ok(Arrival::Busy { .. })));
    time.pass(LEASE);
    assert!(matches!(last(), Ok(Arrival::Failed(_))));
}

#[test]
fn claim_without_a_recorded_settlement_is_released() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (store, [here, _]) = workers(&time);
    assert_eq!(
        waits_for(here.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    store.fail(Call::Settle);
    let unrecorded = here.inventory(inventory("o-1"), &nothing);
    assert!(matches!(unrecorded, Ok(Arrival::Unrecorded(_))));
    assert_eq!(store.released(), [Settlement::Completed]);
    time.pass(LEASE);
    drop(here.due(1).unwrap());
    assert_eq!(store.released()[1..], [Settlement::Released]);
    time.pass(LEASE);
    assert_eq!(counts(here.sweep(&nothing).unwrap()), [1, 0, 0, 0, 0]);

    assert_eq!(
        waits_for(here.payment(payment("o-2"), &nothing)),
        "inventory"
    );
    time.pass(TIMEOUT);
    drop(here.due(1).unwrap());
    assert_eq!(store.released()[2..], [Settlement::Released]);
    time.pass(LEASE);
    assert_eq!(counts(here.sweep(&nothing).unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(store.released().len(), 3);
}

/// On this store, a dropped claim is not released: the panic must be settled.
#[test]
fn panic_is_settled_and_the_next_arrival_runs() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, [here, there]) = workers(&time);
    assert_eq!(
        waits_for(here.payment(payment("o-1"), &nothing)),
        "inventory"
    );
    let panics = || panic!("as it should");
    let last = || here.inventory(inventory("o-1"), &panics);
    assert!(catch_unwind(AssertUnwindSafe(last)).is_err());
    assert_eq!(
        ran(there.inventory(inventory("o-1"), &nothing)),
        Ok("p-1".into())
    );
}

#[test]
fn arrival_with_a_lost_reply_is_a_duplicate_when_repeated() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (store, [here, there]) = workers(&time);
    store.lose_the_reply(Call::Arrive);
    let error = here.payment(payment("o-1"), &nothing).unwrap_err();
    let again = here.arrive(*error.input, &nothing);
    assert!(matches!(again, Ok(Arrival::Duplicate { .. })));

    // The last reply is lost, so its claim stays until the lease ends.
    store.lose_the_reply(Call::Arrive);
    let error = here.inventory(inventory("o-1"), &nothing).unwrap_err();
    let again = || there.arrive((*error.input).clone(), &nothing);
    assert!(matches!(again(), Ok(Arrival::Busy { .. })));
    time.pass(LEASE);
    assert_eq!(ran(again()), Ok("p-1".into()));
}

const POLICY: JoinPolicy = JoinPolicy::new(2)
    .timeout(TIMEOUT)
    .lease(LEASE)
    .backoff(BACKOFF)
    .dedup_window(DEDUP_WINDOW)
    .max_attempts(u32::MAX);

/// The store's methods without their futures.
struct Direct(Encoded);

impl Direct {
    fn arrive(&self, input: ShipInput, token: u128) -> Verdict<ShipInput> {
        let place = match input {
            ShipInput::Payment(_) => 0_u8,
            ShipInput::Inventory(_) => 1,
        };
        let arrived = self
            .0
            .arrive("o-1", &POLICY, place.into(), input, Token(token));
        ready(arrived).unwrap().verdict
    }

    fn settle(&self, token: u128, settlement: Settlement) -> bool {
        let token = Token(token);
        self.apply(Change::Settle { token, settlement })
    }

    fn renew(&self, token: u128) -> bool {
        let token = Token(token);
        self.apply(Change::Renew { token })
    }

    fn apply(&self, change: Change) -> bool {
        ready(Store::<ShipInput>::apply(&self.0, "o-1", &POLICY, change)).unwrap()
    }
}

#[test]
fn repeated_arrival_confirms_the_claim_to_its_holder_only() {
    let time = Time::default();
    let store = Direct(Encoded::new(&time));
    let (first, last) = (
        ShipInput::Payment(payment("o-1")),
        ShipInput::Inventory(inventory("o-1")),
    );
    assert!(matches!(
        store.arrive(first.clone(), 1),
        Verdict::Waiting(_)
    ));
    for _ in 0..2 {
        let Verdict::Run(claim) = store.arrive(last.clone(), 2) else {
            panic!("expected a claim");
        };
        assert_eq!((claim.work, claim.attempts), (Work::Run, 1));
        let inputs = claim.inputs.iter().map(|input| &*input.payload);
        assert_eq!(inputs.collect::<Vec<_>>(), [&first, &last]);
    }
    let busy = store.arrive(last, 3);
    assert!(matches!(busy, Verdict::Busy { retry_after: LEASE }));
}

#[test]
fn stale_token_settles_and_renews_nothing() {
    let time = Time::default();
    let store = Direct(Encoded::new(&time));
    store.arrive(ShipInput::Payment(payment("o-1")), 1);
    store.arrive(ShipInput::Inventory(inventory("o-1")), 2);
    time.pass(LEASE - ms(1));
    assert!(store.renew(2));
    time.pass(LEASE - ms(1));
    let busy = store.arrive(ShipInput::Inventory(inventory("o-1")), 3);
    assert!(matches!(busy, Verdict::Busy { retry_after } if retry_after == ms(1)));
    time.pass(ms(1));
    let taken = store.arrive(ShipInput::Inventory(inventory("o-1")), 3);
    assert!(matches!(taken, Verdict::Run(_)));

    assert!(!store.renew(2));
    for settlement in [Settlement::Completed, Settlement::Failed] {
        assert!(!store.settle(2, settlement));
    }
    assert!(store.settle(3, Settlement::Completed));
    assert!(store.settle(3, Settlement::Completed));
    assert!(!store.settle(3, Settlement::Failed));
}

/// Only this store needs serde's traits on the events.
#[test]
fn events_of_any_serde_shape_are_stored() {
    #[derive(Deserialize, LinkedEvent, Serialize)]
    enum Order {
        Paid(Paid),
        #[event(type = "order.given")]
        Given {
            #[event(key)]
            order_id: u64,
            metadata: Option<Origin>,
        },
    }

    #[derive(Clone, Deserialize, LinkedEvent, Serialize)]
    struct Paid {
        #[event(key)]
        order_id: u64,
        metadata: Origin,
    }

    #[fan_in(order, parcels(key = parcels[0].order_id))]
    fn dispatch(order: &Order, parcels: Vec<Paid>) -> usize {
        parcels.len()
    }

    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Dispatch::new(Encoded::new(&time), options());
    let paid = |number| Paid {
        order_id: 7,
        metadata: producer(number).into(),
    };
    assert_eq!(waits_for(joins.parcels(vec![paid(1), paid(2)])), "order");
    assert_eq!(ran(joins.order(Order::Paid(paid(3)))), 2);
    let to: Vec<_> = links(&sdk.span()).into_iter().map(|(to, _)| to).collect();
    assert_eq!(to, [producer(3), producer(1), producer(2)]);

    let given = Order::Given {
        order_id: 8,
        metadata: None,
    };
    assert_eq!(waits_for(joins.order(given)), "parcels");
}
