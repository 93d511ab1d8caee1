//! Orders that are shipped once payment, inventory and address were received; some bodies fail.

use std::fmt;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use linked_span::fan_in::{Arrival, ArriveError};
use linked_span::{LinkedEvent, fan_in};

use crate::chance::Chance;
use crate::worker::panic_as_planned;

/// One of an order's inputs.
#[derive(Clone, Debug, LinkedEvent)]
pub(crate) struct Event {
    #[event(key)]
    pub(crate) order: u32,
    pub(crate) input: u8,
    metadata: Vec<(String, String)>,
}

impl Event {
    pub(crate) fn new(order: u32, input: u8) -> Self {
        Self {
            order,
            input,
            metadata: Vec::new(),
        }
    }
}

/// The calls for each order.
pub(crate) struct Orders {
    pub(crate) chance: Chance,
    pub(crate) all: Vec<Order>,
}

#[derive(Default)]
pub(crate) struct Order {
    is_running: AtomicBool,
    attempts: AtomicU32,
    /// The number of bodies that succeeded.
    successes: AtomicU32,
    /// The number of successes that the store confirmed as recorded.
    recorded: AtomicU32,
}

impl Orders {
    pub(crate) fn new(count: u32, chance: Chance) -> Self {
        let all = (0..count).map(|_| Order::default()).collect();
        Self { chance, all }
    }

    pub(crate) fn get(&self, order: u32) -> &Order {
        &self.all[order as usize]
    }
}

impl Order {
    /// Counts a success that the store confirmed as recorded.
    pub(crate) fn record(&self) {
        self.recorded.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the numbers of started bodies, successful bodies and recorded successes.
    pub(crate) fn counts(&self) -> [u32; 3] {
        [&self.attempts, &self.successes, &self.recorded].map(|count| count.load(Ordering::SeqCst))
    }
}

/// A guard of a running body: no other body of the order may run meanwhile.
struct Running<'o>(&'o Order);

impl<'o> Running<'o> {
    fn of(order: &'o Order) -> Self {
        let before = order.is_running.swap(true, Ordering::SeqCst);
        assert!(!before, "two bodies of one order at a time");
        Self(order)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.is_running.store(false, Ordering::SeqCst);
    }
}

#[derive(Debug)]
pub(crate) struct OutOfStamps;

impl fmt::Display for OutOfStamps {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("out of stamps")
    }
}

/// Fails one time in ten: a third by an `Err`, a third by a panic, and a third by waiting until it is cancelled.
#[fan_in(payment, inventory, address)]
pub(crate) async fn ship(
    payment: Event,
    inventory: &Event,
    address: Event,
    orders: &Orders,
) -> Result<(), OutOfStamps> {
    let inputs = [&payment, inventory, &address];
    assert_eq!(inputs.map(|event| event.input), [0, 1, 2]);
    assert!(inputs.iter().all(|event| event.order == payment.order));

    let order = orders.get(payment.order);
    let _running = Running::of(order);
    let attempt = order.attempts.fetch_add(1, Ordering::SeqCst);
    let fate = orders.chance.below(30, ("fate", payment.order, attempt));
    if fate < 8 {
        thread::yield_now();
    }
    match fate {
        0 => return Err(OutOfStamps),
        1 => panic_as_planned(),
        2 => pending().await,
        _ => {}
    }
    order.successes.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

pub(crate) type ArriveResponse =
    Result<Arrival<Result<(), OutOfStamps>, ShipInput>, ArriveError<ShipInput>>;

/// Delivers an event to the input that it names.
pub(crate) async fn arrive(ship: &Ship, event: Event, orders: &Orders) -> ArriveResponse {
    match event.input {
        0 => ship.payment(event, orders).await,
        1 => ship.inventory(event, orders).await,
        _ => ship.address(event, orders).await,
    }
}
