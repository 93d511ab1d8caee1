//! More incomplete joins than the store has room for, and no sweep.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use linked_span::fan_in;
use linked_span::fan_in::{
    Arrival, ArriveError, ArriveErrorKind, ClosedReason, Disposition, Expired, JoinOptions, Memory,
    disposition, ready,
};
use linked_span_tests::{Time, ms};

use crate::chance::Chance;
use crate::orders::Event;
use crate::worker::{Patience, panic_as_planned};

const THREADS: u32 = 8;
const CAPACITY: usize = 2_000;

const TIMEOUT: Duration = Duration::from_secs(1);
const OPTIONS: JoinOptions = JoinOptions::timeout(TIMEOUT)
    .dedup_window(Duration::from_secs(1_000_000))
    .backoff(Duration::from_millis(100));

#[fan_in(payment, inventory)]
fn pack(payment: &Event, inventory: &Event, parcels: &Parcels) {
    assert_eq!((payment.input, inventory.input), (0, 1));
    assert_eq!(payment.order, inventory.order);
    count(&parcels.of(payment.order).packed);
}

type ArriveResponse = Result<Arrival<(), PackInput>, ArriveError<PackInput>>;

/// The calls for one order's parcel.
struct Parcels {
    chance: Chance,
    all: Vec<Parcel>,
}

#[derive(Default)]
struct Parcel {
    packed: AtomicU32,
    /// The number of calls of `on_expired`, and the number of those that succeeded.
    calls: AtomicU32,
    expired: AtomicU32,
}

fn count(number: &AtomicU32) -> u32 {
    number.fetch_add(1, Ordering::SeqCst)
}

impl Parcels {
    /// Adds one parcel for an event after the flood.
    fn new(orders: u32) -> Self {
        Self {
            chance: Chance::new(),
            all: (0..=orders).map(|_| Parcel::default()).collect(),
        }
    }

    /// Returns the parcels of the flood.
    fn flooded(&self) -> &[Parcel] {
        &self.all[..self.all.len() - 1]
    }

    fn of(&self, order: u32) -> &Parcel {
        &self.all[order as usize]
    }

    /// Records an expired join: nine calls in ten succeed.
    fn expire(&self, expired: &Expired<PackReceived>) -> Result<(), &'static str> {
        let payment = expired.inputs.payment().unwrap();
        assert_eq!(payment.order.to_string(), expired.key);
        assert!(expired.inputs.inventory().is_none() && expired.missing.contains("inventory"));

        let parcel = self.of(payment.order);
        let call = count(&parcel.calls);
        match self.chance.below(20, ("expire", payment.order, call)) {
            0 => return Err("no answer"),
            1 => panic_as_planned(),
            _ => count(&parcel.expired),
        };
        Ok(())
    }

    /// Returns how many orders were packed, and how many have expired.
    fn ended(&self) -> [u32; 2] {
        let parcels = self.flooded().iter();
        parcels.fold([0, 0], |[all_packed, all_expired], parcel| {
            let [packed, _, expired] = parcel.counts();
            [all_packed + packed, all_expired + expired]
        })
    }
}

impl Parcel {
    fn counts(&self) -> [u32; 3] {
        [&self.packed, &self.calls, &self.expired].map(|number| number.load(Ordering::SeqCst))
    }
}

/// Runs one part of the work on each thread.
fn on_threads<T: Send, R: Send>(parts: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || work(part)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

fn dealt<T>(all: impl IntoIterator<Item = T>) -> Vec<VecDeque<T>> {
    let mut hands: Vec<_> = (0..THREADS).map(|_| VecDeque::new()).collect();
    for (number, one) in all.into_iter().enumerate() {
        hands[number % THREADS as usize].push_back(one);
    }
    hands
}

/// Returns the input that found no room.
fn refused(arrived: ArriveResponse) -> Option<Event> {
    let retry = disposition(&arrived) == Disposition::Requeue;
    let error = arrived.err()?;
    assert!(retry && matches!(error.kind, ArriveErrorKind::Full));
    match *error.input {
        PackInput::Payment(event) | PackInput::Inventory(event) => Some(event),
    }
}

#[test]
fn refused_input_finds_room_later() {
    finds_room_later(20_000);
}

#[test]
fn refused_input_of_many_finds_room_later() {
    finds_room_later(100_000);
}

fn finds_room_later(orders: u32) {
    let (parcels, time) = (Parcels::new(orders), Time::default());
    let pack = Pack::new(time.of(Memory::new().capacity(CAPACITY)), OPTIONS);

    let halves = on_threads(dealt(0..orders), |orders| {
        let (mut waiting, mut back) = (Vec::new(), Vec::new());
        for order in orders {
            match pack.payment(Event::new(order, 0), &parcels) {
                Ok(Arrival::Waiting { .. }) => waiting.push(order),
                arrived => {
                    let event = refused(arrived).unwrap();
                    assert_eq!((event.order, event.input), (order, 0));
                    back.push(event);
                }
            }
        }
        (waiting, back)
    });
    let (waiting, back): (Vec<_>, Vec<_>) = halves.into_iter().unzip();
    let (waiting, back) = (waiting.concat(), back.concat());
    assert_eq!(waiting.len(), CAPACITY);
    assert_eq!(ready(pack.join().len()).unwrap(), CAPACITY);

    // The joins that were open first are still there.
    for order in &waiting {
        let again = pack.payment(Event::new(*order, 0), &parcels);
        assert!(matches!(again, Ok(Arrival::Duplicate { .. })));
    }

    // Each join that completes makes room for another.
    let parts = dealt(waiting).into_iter().zip(dealt(back)).collect();
    on_threads(parts, |(mut waiting, mut back)| {
        while let Some(order) = waiting.pop_front() {
            let arrived = pack.inventory(Event::new(order, 1), &parcels);
            assert!(matches!(arrived, Ok(Arrival::Ran(()))));
            if let Some(event) = back.pop_front() {
                waiting.push_back(event.order);
                let arrived = pack.payment(event, &parcels);
                assert!(matches!(arrived, Ok(Arrival::Waiting { .. })));
            }
        }
        assert!(back.is_empty());
    });
    assert_eq!(parcels.ended(), [orders, 0]);
    assert_eq!(ready(pack.join().len()).unwrap(), 0);
}

/// Runs one part of the flood: payments until each has found room, and later an inventory for some.
fn flood(mut queue: VecDeque<Event>, pack: &Pack, parcels: &Parcels, time: &Time) -> u32 {
    let mut full = 0;
    let mut patience = Patience::new();
    while let Some(event) = queue.pop_front() {
        let (order, input) = (event.order, event.input);
        if parcels.chance.below(16, ("time", order, full)) == 0 {
            time.pass(ms(1));
        }
        let arrived = match input {
            0 => pack.payment(event, parcels),
            _ => pack.inventory(event, parcels),
        };
        assert!(ready(pack.join().len()).unwrap() <= CAPACITY);
        match (input, arrived) {
            (0, Ok(Arrival::Waiting { .. })) => {
                if parcels.chance.below(2, ("inventory", order)) == 0 {
                    queue.push_back(Event::new(order, 1));
                }
            }
            (1, Ok(Arrival::Ran(()))) => {}
            (1, Ok(Arrival::Closed { reason, input, .. })) => {
                let input = input.into_inventory().unwrap();
                assert_eq!(
                    (reason, input.order, input.input),
                    (ClosedReason::Expired, order, 1)
                );
            }
            (_, arrived) => {
                full += 1;
                queue.push_back(refused(arrived).unwrap());
                patience.try_on(|| format!("{} events find no room", queue.len()));
                continue;
            }
        }
        patience.renew();
    }
    full
}

#[test]
fn flood_without_a_sweep_expires_through_arrivals() {
    expires_through_arrivals(20_000);
}

#[test]
fn longer_flood_without_a_sweep_expires_through_arrivals() {
    expires_through_arrivals(100_000);
}

fn expires_through_arrivals(orders: u32) {
    let (parcels, time) = (Arc::new(Parcels::new(orders)), Time::default());
    let expire = Arc::clone(&parcels);
    let pack = Pack::new(time.of(Memory::new().capacity(CAPACITY)), OPTIONS)
        .on_expired(move |expired| expire.expire(&expired));

    let events = (0..orders).map(|order| Event::new(order, 0));
    let full = on_threads(dealt(events), |queue| flood(queue, &pack, &parcels, &time));
    assert!(
        full.iter().sum::<u32>() > orders,
        "the store was hardly ever full: {full:?}"
    );

    // Each arrival delivers some of the remaining expired joins.
    let patience = Patience::new();
    while parcels.ended().iter().sum::<u32>() < orders {
        patience.try_on(|| format!("no more than {:?} end", parcels.ended()));
        time.pass(ms(100));
        for _ in 0..1_000 {
            let _ = pack.payment(Event::new(orders, 0), &parcels);
        }
    }
    for (order, parcel) in parcels.flooded().iter().enumerate() {
        match parcel.counts() {
            // Packed, or delivered to `on_expired` until it succeeded; never both.
            [1, 0, 0] | [0, (1..), 1] => {}
            counts => panic!("order {order}: packed, called and expired {counts:?} times"),
        }
    }
    let [packed, expired] = parcels.ended();
    assert!(packed > 0 && expired > 0);
    assert!(ready(pack.join().len()).unwrap() <= 1);
}
