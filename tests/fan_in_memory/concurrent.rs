//! Threads that deliver the same inputs in random order, and fail at random.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use linked_span::fan_in::{Due, Memory, Settlement, Token, Verdict, Work};
use linked_span_tests::{Time, ms};

use crate::{Joins, POLICY};

const THREADS: u64 = 8;
const KEYS: u64 = 4_000;

/// A generator that is random enough for a test, and the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

struct Shipped {
    successes: Vec<AtomicU32>,
    running: Mutex<HashSet<u64>>,
}

impl Shipped {
    /// Runs a body, which fails one time in ten.
    fn run(&self, joins: &Joins<(u64, u8)>, key: u64, token: Token, random: &mut Random) {
        assert!(
            self.running.lock().unwrap().insert(key),
            "two bodies of {key} at a time"
        );
        let fails = random.below(10) == 0;
        if random.below(4) == 0 {
            thread::yield_now();
        }
        assert!(self.running.lock().unwrap().remove(&key));
        let settlement = if fails {
            Settlement::Failed
        } else {
            self.successes[usize::try_from(key).unwrap()].fetch_add(1, Ordering::SeqCst);
            Settlement::Completed
        };
        assert!(joins.settle(&key.to_string(), token, settlement));
    }
}

fn is_whole(due: &Due<(u64, u8)>) -> bool {
    let inputs = &due.claim.inputs;
    inputs.len() == 3
        && inputs.iter().all(|input| {
            let (key, place) = *input.payload;
            key.to_string() == due.key && input.place == place
        })
}

#[test]
fn concurrent_joins_succeed_once() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new()),
        policy: POLICY.timeout(ms(1_000_000)),
    };
    let shipped = Shipped {
        successes: (0..KEYS).map(|_| AtomicU32::new(0)).collect(),
        running: Mutex::default(),
    };

    for round in 0..2 {
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (joins, shipped) = (&joins, &shipped);
                scope.spawn(move || {
                    let mut random = Random(round * THREADS + thread);
                    // At least two threads deliver each input, each thread in its own order.
                    let mut deliveries: Vec<_> = (0..KEYS)
                        .flat_map(|key| (0..3).map(move |input| (key, input)))
                        .filter(|(key, input)| (key + u64::from(*input)) % 4 == thread % 4)
                        .collect();
                    for last in (1..deliveries.len()).rev() {
                        let other = random.below(last as u64 + 1);
                        deliveries.swap(last, usize::try_from(other).unwrap());
                    }
                    for (key, input) in deliveries {
                        let token = Token::random();
                        let text = key.to_string();
                        let arrived = joins.arrive(&text, input, (key, input), token).unwrap();
                        assert!(arrived.overdue.is_none());
                        if let Verdict::Run(claim) = arrived.verdict {
                            let due = Due {
                                key: text,
                                token,
                                claim,
                            };
                            assert!(is_whole(&due));
                            shipped.run(joins, key, token, &mut random);
                        }
                    }
                });
            }
        });

        // Joins that failed and were not delivered again.
        let mut random = Random(99);
        for _ in 0..1_000 {
            time.pass(POLICY.backoff);
            for due in joins.due(Token::random(), 100) {
                assert_eq!(due.claim.work, Work::Run);
                assert!(due.claim.attempts > 1 && is_whole(&due));
                let key = due.key.parse().unwrap();
                shipped.run(&joins, key, due.token, &mut random);
            }
        }
        assert_eq!(joins.len(), 0);
        for successes in &shipped.successes {
            assert_eq!(successes.swap(0, Ordering::SeqCst), 1);
        }

        // Their dedup windows have passed, so the second round begins with an empty store.
        assert_eq!(joins.memory.slots(), 0);
        time.pass(POLICY.dedup_window);
        assert!(joins.due(Token::random(), 10).is_empty());
        assert_eq!(joins.memory.forgotten_early(), 0);
    }
}

#[test]
fn memory_of_ended_joins_is_reused_and_freed() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new().shards(4)),
        policy: POLICY,
    };
    for _ in 0..3 {
        for number in 0..10_000 {
            let arrived = joins.arrive(&number.to_string(), 0, number, Token::random());
            assert!(arrived.unwrap().overdue.is_none());
        }
        assert_eq!(joins.memory.slots(), 10_000);
        time.pass(POLICY.timeout);
        let token = Token::random();
        let due = joins.due(token, 20_000);
        assert_eq!(due.len(), 10_000);
        for due in due {
            assert_eq!(due.claim.work, Work::DeliverExpired);
            assert!(joins.settle(&due.key, token, Settlement::ExpiryDelivered));
        }
        assert_eq!(joins.memory.slots(), 10_000);
        time.pass(POLICY.dedup_window);
        assert!(joins.due(token, 0).is_empty());
        assert_eq!(joins.memory.slots(), 0);
    }
}
