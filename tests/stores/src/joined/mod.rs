//! A function and its joins, over a store that only one test uses.

pub mod dropped;
pub mod encoded;
pub mod expired;
#[cfg(feature = "servers")]
pub mod measured;
pub mod swept;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use linked_span::fan_in::{Arrival, ArriveError, JoinOptions, JoinQuery, Operator, Page, Store};
use linked_span::{LinkedEvent, Origin, fan_in};
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

use crate::Fixture;

/// An input of an order.
#[derive(Clone, Debug, Deserialize, LinkedEvent, PartialEq, Serialize)]
pub struct Half {
    #[event(key)]
    order: String,
    metadata: Origin,
}

impl Half {
    fn of(order: &str) -> Self {
        Self {
            order: order.to_owned(),
            metadata: Origin::default(),
        }
    }
}

/// The payload type of `ship`'s joins.
pub type Pair = ShipInput;

/// What the bodies of a test do, and what they have done.
#[derive(Debug, Default)]
pub struct Bodies {
    takes: Duration,
    fail: AtomicBool,
    succeeded: Mutex<Vec<String>>,
}

impl Bodies {
    fn taking(takes: Duration) -> Self {
        Self {
            takes,
            ..Self::default()
        }
    }

    fn let_fail(&self, fail: bool) {
        self.fail.store(fail, Ordering::SeqCst);
    }

    /// Returns the order of each body that succeeded.
    fn succeeded(&self) -> Vec<String> {
        let mut succeeded = self.succeeded.lock().unwrap().clone();
        succeeded.sort();
        succeeded
    }
}

/// Ships an order. It only waits if the body is to take time: a body that does not wait cannot be cancelled.
///
/// # Errors
///
/// If the bodies are to fail.
#[fan_in(payment, inventory)]
pub async fn ship(payment: &Half, inventory: &Half, bodies: &Bodies) -> Result<(), &'static str> {
    assert_eq!(payment.order, inventory.order);
    if !bodies.takes.is_zero() {
        tokio::time::sleep(bodies.takes).await;
    }
    if bodies.fail.load(Ordering::SeqCst) {
        return Err("as it should");
    }
    bodies.succeeded.lock().unwrap().push(payment.order.clone());
    Ok(())
}

/// A place for joins of `ship` that only one test uses.
pub trait Place: Send + Sync + Sized + 'static {
    /// The store.
    type Store: Store<Pair> + Operator + Clone + 'static;

    /// `true` if leases end.
    const IS_DURABLE: bool;

    /// Creates an empty place.
    fn begin() -> impl Future<Output = Self> + Send;

    /// Opens the joins, as a new process does.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;

    /// Advances the time of the store.
    fn pass(&self, span: Duration) -> impl Future<Output = ()> + Send;
}

impl<F: Fixture> Place for F
where
    F::Store: Store<Pair>,
{
    type Store = F::Store;

    const IS_DURABLE: bool = F::IS_DURABLE;

    async fn begin() -> Self {
        F::begin().await
    }

    async fn open(&self) -> Self::Store {
        F::open(self, "Ship").await
    }

    async fn pass(&self, span: Duration) {
        F::pass(self, span).await;
    }
}

const HOUR: Duration = Duration::from_hours(1);

/// Creates a process that joins.
async fn process<P: Place>(place: &P, options: JoinOptions) -> Ship<P::Store> {
    Ship::new(place.open().await, options)
}

async fn pays<S: Store<Pair>>(ship: &Ship<S>, order: &str) {
    let arrival = ship.payment(Half::of(order), &Bodies::default()).await;
    assert!(
        matches!(arrival, Ok(Arrival::Waiting { .. })),
        "{arrival:?}"
    );
}

/// Returns whether the join has succeeded; `None` if the input must be redelivered.
fn is_done(arrival: &Result<Arrival<Result<(), &'static str>, Pair>, ArriveError<Pair>>) -> bool {
    match arrival {
        Ok(Arrival::Ran(_) | Arrival::Closed { .. }) => true,
        Ok(Arrival::Busy { .. } | Arrival::Unrecorded(_)) | Err(_) => false,
        other => panic!("{other:?}"),
    }
}

/// Delivers the last input of an order until its body has run.
async fn reserve<S: Store<Pair>>(ship: &Ship<S>, order: &str, bodies: &Bodies) {
    let began = Instant::now();
    while !is_done(&ship.inventory(Half::of(order), bodies).await) {
        assert!(began.elapsed() < Duration::from_secs(20), "{order} is held");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Returns the keys of parked joins.
async fn parked<S: Store<Pair> + Operator>(ship: &Ship<S>) -> Vec<String> {
    let page = Page::first(1_000);
    let parked = ship.join().list(JoinQuery::Parked(page)).await.unwrap();
    parked.into_iter().map(|join| join.key).collect()
}

/// Polls for this long. Returns the output, or the unfinished future. Timers are too coarse for this.
async fn polled_for<F: Future + Unpin>(mut future: F, span: Duration) -> Result<F::Output, F> {
    let over = async {
        let began = Instant::now();
        while began.elapsed() < span {
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        output = &mut future => Ok(output),
        () = over => Err(future),
    }
}

/// Makes a test of each check of a function's joins.
#[macro_export]
macro_rules! joined {
    ($place:ty: $($module:ident::$check:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                $crate::joined::$module::$check::<$place>().await;
            }
        )+
    };
    ($place:ty) => {
        $crate::joined!($place:
            swept::two_sweeps_run_each_ready_join_once,
            swept::two_sweeps_hand_each_expired_join_over_once,
            swept::sweep_ends_although_joins_are_due_again_at_once,
            swept::sweep_after_a_restart_hands_over_what_expired_meanwhile,
            expired::slow_on_expired_costs_the_caller_neither_claim_nor_result,
            expired::on_expired_that_panics_does_not_disturb_arrivals,
            dropped::dropped_arrivals_hold_no_join,
            dropped::dropped_sweeps_hold_no_joins,
        );
    };
}

/// Makes a test of each check for places with leases, which decode stored inputs.
#[macro_export]
macro_rules! durable_joined {
    ($place:ty) => {
        $crate::joined!($place:
            dropped::arrivals_dropped_outside_of_a_runtime_hold_no_join,
            encoded::input_that_cannot_be_decoded_again_is_refused,
            expired::on_expired_that_hangs_is_bounded_for_arrivals,
        );
    };
}
