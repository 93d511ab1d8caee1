//! A broker that delivers some events several times in any order, and redelivers what was not acknowledged.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use linked_span::fan_in::{
    Arrival, Disposition, DueOutcome, JoinOptions, Memory, SweepReport, disposition, ready,
};
use linked_span_tests::Time;

use crate::chance::Chance;
use crate::orders::{Event, Orders, Ship, arrive};
use crate::worker::{Patience, poll_once};

const THREADS: usize = 8;
const INPUTS: u8 = 3;

/// Longer than the clock advances while events are delivered.
const LONG: Duration = Duration::from_secs(1_000_000);
const BACKOFF: Duration = Duration::from_millis(1);

/// An event: the number of its order, and its input.
type Message = (u32, u8);

/// Returns the queue of each thread. All queues together have each event one to three times.
fn queues(chance: Chance, orders: u32) -> [VecDeque<Message>; THREADS] {
    let mut queues = [(); THREADS].map(|()| Vec::new());
    for message in (0..orders).flat_map(|order| (0..INPUTS).map(move |input| (order, input))) {
        let [copies, threads @ ..] = chance.bits(message).to_le_bytes();
        for thread in &threads[..=usize::from(copies % 3)] {
            queues[usize::from(*thread) % THREADS].push(message);
        }
    }
    thread::scope(|scope| {
        for (thread, queue) in queues.iter_mut().enumerate() {
            scope.spawn(move || chance.shuffle(queue, thread));
        }
    });
    queues.map(VecDeque::from)
}

/// Delivers messages, and redelivers those that are not acknowledged. Returns how many were deferred.
fn consume(mut queue: VecDeque<Message>, ship: &Ship, orders: &Orders) -> u32 {
    let mut held = 0;
    let mut patience = Patience::new();
    while let Some((order, input)) = queue.pop_front() {
        let arrived = poll_once(arrive(ship, Event::new(order, input), orders));
        if let Some(Ok(Arrival::Ran(_))) = arrived {
            orders.get(order).record();
        }
        // A worker that has died sends the broker no disposition.
        match arrived.as_ref().map_or(Disposition::Requeue, disposition) {
            Disposition::Ack => patience.renew(),
            Disposition::Defer => {
                held += 1;
                patience.renew();
            }
            Disposition::Requeue => {
                queue.push_back((order, input));
                patience.try_on(|| {
                    format!(
                        "{} messages come back, the last of {order}: {arrived:?}",
                        queue.len()
                    )
                });
            }
            Disposition::Reject => panic!("every event has a key: {arrived:?}"),
        }
    }
    held
}

/// Runs failed joins while consumers deliver, and drops some claims. Returns how many orders it has shipped.
fn sweep(ship: &Ship, orders: &Orders, time: &Time, is_over: &AtomicBool) -> u32 {
    let mut shipped = 0;
    while !is_over.load(Ordering::SeqCst) {
        time.pass(BACKOFF);
        for due in ready(ship.due(16)).unwrap() {
            let order = due.key().parse().unwrap();
            if orders
                .chance
                .below(10, ("let go", order, time.now().as_millis()))
                == 0
            {
                drop(due);
            } else if let Some(DueOutcome::Ran(_)) = poll_once(due.run(orders)) {
                orders.get(order).record();
                shipped += 1;
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
    shipped
}

#[test]
fn redelivered_orders_are_shipped_once() {
    ship_once(8 * 10_000);
}

#[test]
fn redelivered_orders_for_longer_are_shipped_once() {
    ship_once(8 * 100_000);
}

fn ship_once(count: u32) {
    let chance = Chance::new();
    let time = Time::default();
    let options = JoinOptions::timeout(LONG)
        .dedup_window(LONG)
        .backoff(BACKOFF);
    let ship = Ship::new(time.of(Memory::new()), options);
    let orders = Orders::new(count, chance);
    let queues = queues(chance, count);

    let is_over = AtomicBool::new(false);
    let (held, swept) = thread::scope(|scope| {
        let (ship, orders, is_over) = (&ship, &orders, &is_over);
        let sweeper = scope.spawn(|| sweep(ship, orders, &time, is_over));
        let consumers = queues.map(|queue| scope.spawn(|| consume(queue, ship, orders)));
        let ended = consumers.map(ScopedJoinHandle::join);
        is_over.store(true, Ordering::SeqCst);
        (ended.map(Result::unwrap), sweeper.join().unwrap())
    });

    let mut attempts = 0;
    for (number, order) in orders.all.iter().enumerate() {
        let [attempted, succeeded, recorded] = order.counts();
        assert_eq!((succeeded, recorded), (1, 1), "of order {number}");
        attempts += attempted;
    }
    assert_eq!(ready(ship.join().len()).unwrap(), 0);
    // A consumer can acknowledge its deferred messages now. Checking every order would take too long.
    for number in (0..count).step_by(100) {
        let settled = poll_once(ship.join().settled(&number.to_string()));
        assert!(settled.is_some(), "order {number} is not settled");
    }

    // Enough bodies have failed for the test to mean something.
    assert!((count / 10..count / 8).contains(&(attempts - count)));
    assert!(held.iter().sum::<u32>() > 2 * count);
    assert!(swept > 0);

    let memory = ship.join().store();
    assert_eq!(memory.slots(), count as usize);
    time.pass(LONG);
    assert_eq!(ready(ship.sweep(&orders)).unwrap(), SweepReport::default());
    assert_eq!((memory.slots(), memory.forgotten_early()), (0, 0));
}
