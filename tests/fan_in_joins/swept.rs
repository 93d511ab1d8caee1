//! Sweeps that run repeatedly.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use linked_span::fan_in;
use linked_span::fan_in::{StoreError, SweepReport, sweep_every};
use linked_span_tests::{Sdk, Time};

use crate::encoded::{Call, Encoded};
use crate::{BACKOFF, InventoryReserved, PaymentConfirmed, inventory, options, payment, waits_for};

const PAUSE: Duration = Duration::from_secs(5);

#[fan_in(payment, inventory)]
async fn ship(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    attempts: &AtomicU32,
) -> Result<(), &'static str> {
    match attempts.fetch_add(1, Ordering::SeqCst) {
        0 => Err("no truck"),
        1 => panic!("as it should"),
        _ => Ok(()),
    }
}

/// Neither a store's error nor a body's panic ends the sweeps.
#[tokio::test(start_paused = true)]
async fn sweeps_continue_after_errors_and_panics() {
    let (_sdk, time, attempts) = (Sdk::install(), Time::default(), AtomicU32::new(0));
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options());
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), &attempts).await),
        "inventory"
    );
    let _failed = ship.inventory(inventory("o-1"), &attempts).await;

    store.fail(Call::Due);
    let (refused, ran) = (Cell::new(0), Cell::new(0));
    let sweeps = sweep_every(PAUSE, || async {
        time.pass(BACKOFF);
        let swept = ship.sweep(&attempts).await;
        match &swept {
            Ok(SweepReport { ran: now, .. }) => ran.set(ran.get() + now),
            Err(error) => {
                assert!(matches!(error, StoreError::Failed(_)));
                refused.set(refused.get() + 1);
            }
        }
        swept
    });
    // The three sweeps: the store fails, the body panics, the body succeeds.
    assert!(
        tokio::time::timeout(PAUSE * 3 + PAUSE / 2, sweeps)
            .await
            .is_err()
    );
    assert_eq!((attempts.into_inner(), refused.get(), ran.get()), (3, 1, 1));
}

/// Counting a million joins takes the store 100 ms.
#[test]
fn sweep_does_not_count_the_store() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options());
    store.fail(Call::Len);
    let swept = fan_in::ready(ship.sweep(&AtomicU32::new(0)));
    assert_eq!(swept.unwrap(), SweepReport::default());
}
