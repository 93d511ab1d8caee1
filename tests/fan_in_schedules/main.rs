//! The store of joins in memory under random schedules, which can switch threads at each lock and each atomic.
//!
//! The store is compiled here a second time, because only then can its locks be replaced.

// This crate uses only a part of the store. Clippy checks the store in its own crate.
#[allow(
    dead_code,
    unexpected_cfgs,
    unreachable_pub,
    unfulfilled_lint_expectations,
    clippy::all,
    clippy::pedantic
)]
mod fan_in;

mod support;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use fan_in::{
    Change, JoinPolicy, Memory, NO_LEASE, Operator, Settlement, Store, StoreError, Timestamp,
    Token, Verdict, Work, ready,
};
use shuttle::future::block_on;
use shuttle::thread;
use support::sync::{AtomicUsize, Ordering};

const POLICY: JoinPolicy = JoinPolicy::new(2)
    .timeout(Duration::from_millis(10))
    .lease(NO_LEASE)
    .backoff(Duration::ZERO)
    .dedup_window(Duration::from_millis(100))
    .max_attempts(u32::MAX);

fn settle(token: Token, settlement: Settlement) -> Change {
    Change::Settle { token, settlement }
}

const SCHEDULES: usize = 2_000;

#[test]
fn concurrent_arrivals_succeed_once_per_key() {
    let schedule = || {
        let store = Arc::new(Memory::new().shards(2).clock(|| Timestamp::from_millis(0)));
        let successes = Arc::new([const { AtomicUsize::new(0) }; 2]);
        let workers: Vec<_> = (0..3_u8)
            .map(|worker| {
                let (store, successes) = (Arc::clone(&store), Arc::clone(&successes));
                thread::spawn(move || {
                    for (key, input) in [(0, worker % 2), (1, worker % 2), (0, 1), (1, 0)] {
                        let (name, token) = (key.to_string(), Token::random());
                        let arrived =
                            ready(store.arrive(&name, &POLICY, input.into(), (), token)).unwrap();
                        let Verdict::Run(claim) = arrived.verdict else {
                            continue;
                        };
                        assert_eq!(claim.inputs.len(), 2);
                        // The first body fails.
                        let settlement = if claim.attempts == 1 {
                            Settlement::Failed
                        } else {
                            successes[key].fetch_add(1, Ordering::SeqCst);
                            Settlement::Completed
                        };
                        let settled =
                            store.apply(&name, &POLICY, Change::Settle { token, settlement });
                        assert!(ready(settled).unwrap());
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
        let token = Token::random();
        for due in ready(store.claim_due(&POLICY, token, 10)).unwrap().claims {
            assert_eq!(due.claim.work, Work::Run);
            successes[due.key.parse::<usize>().unwrap()].fetch_add(1, Ordering::SeqCst);
            let settled = store.apply(&due.key, &POLICY, settle(token, Settlement::Completed));
            assert!(ready(settled).unwrap());
        }
        for successes in successes.iter() {
            assert_eq!(successes.load(Ordering::SeqCst), 1);
        }
        assert_eq!(ready(store.len()).unwrap(), 0);
    };
    shuttle::check_random(schedule, SCHEDULES);
    shuttle::check_pct(schedule, SCHEDULES, 3);
}

/// Arrivals that search each other's shards run beside sweeps. The store never holds more joins than it has room for.
#[test]
fn expired_join_is_delivered_once() {
    let schedule = || {
        let time = Arc::new(AtomicUsize::new(0));
        let clock = Arc::clone(&time);
        let store = Memory::new()
            .shards(4)
            .capacity(4)
            .clock(move || Timestamp::from_millis(clock.load(Ordering::SeqCst) as u64));
        let store = Arc::new(store);
        let opened = Arc::new(AtomicUsize::new(0));
        let handed_over = Arc::new(AtomicUsize::new(0));
        let settle = |store: &Memory<u8>, due: &fan_in::Due<u8>| {
            assert_eq!(due.claim.work, Work::DeliverExpired);
            let change = crate::settle(due.token, Settlement::ExpiryDelivered);
            ready(store.apply(&due.key, &POLICY, change)).unwrap()
        };
        let workers: Vec<_> = (0..2_u8)
            .map(|worker| {
                let (store, time) = (Arc::clone(&store), Arc::clone(&time));
                let (opened, handed_over) = (Arc::clone(&opened), Arc::clone(&handed_over));
                thread::spawn(move || {
                    for number in 0..20 {
                        let key = format!("{worker} {number}");
                        let token = Token::random();
                        let arrived = ready(store.arrive(&key, &POLICY, 0.into(), number, token));
                        let overdue = match arrived {
                            Ok(arrived) => {
                                opened.fetch_add(1, Ordering::SeqCst);
                                arrived.overdue
                            }
                            Err(rejected) => {
                                assert!(matches!(rejected.error, StoreError::Full));
                                assert_eq!(rejected.payload, number);
                                rejected.overdue
                            }
                        };
                        let mut due: Vec<_> = overdue.into_iter().map(|due| *due).collect();
                        if number % 5 == 0 {
                            let swept = ready(store.claim_due(&POLICY, Token::random(), 2));
                            due.extend(swept.unwrap().claims);
                        }
                        for due in due {
                            assert!(settle(&store, &due));
                            handed_over.fetch_add(1, Ordering::SeqCst);
                        }
                        assert!(ready(store.len()).unwrap() <= 4);
                        time.fetch_add(3, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
        time.fetch_add(10, Ordering::SeqCst);
        for due in ready(store.claim_due(&POLICY, Token::random(), 100))
            .unwrap()
            .claims
        {
            assert!(settle(&store, &due));
            handed_over.fetch_add(1, Ordering::SeqCst);
        }
        assert_eq!(
            opened.load(Ordering::SeqCst),
            handed_over.load(Ordering::SeqCst)
        );
        assert_eq!(ready(store.len()).unwrap(), 0);
    };
    shuttle::check_random(schedule, SCHEDULES / 10);
    shuttle::check_pct(schedule, SCHEDULES / 10, 3);
}

/// Checks that each wait ends: the join settles before, during or after the wait begins, or the waiter gives up. A wait
/// without an end would be a schedule without an end.
fn assert_every_wait_ends(inputs: u8, end: fn(&Memory<()>) -> bool) {
    let schedule = move || {
        let store = Arc::new(Memory::new().shards(1).clock(|| Timestamp::from_millis(0)));
        for input in 0..inputs {
            ready(store.arrive("order", &POLICY, input.into(), (), Token(1))).unwrap();
        }
        let mut waiting: Vec<_> = (0..2)
            .map(|_| {
                let store = Arc::clone(&store);
                thread::spawn(move || block_on(store.settled("order")))
            })
            .collect();
        let gives_up = Arc::clone(&store);
        waiting.push(thread::spawn(move || {
            let mut settled = pin!(gives_up.settled("order"));
            let _ = settled
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
        }));
        assert!(end(&store));
        for waiting in waiting {
            waiting.join().unwrap();
        }
    };
    shuttle::check_random(schedule, SCHEDULES);
    shuttle::check_pct(schedule, SCHEDULES, 3);
}

#[test]
fn settlement_ends_every_wait() {
    assert_every_wait_ends(2, |store| {
        ready(store.apply("order", &POLICY, settle(Token(1), Settlement::Completed))).unwrap()
    });
}

#[test]
fn forget_ends_every_wait() {
    assert_every_wait_ends(1, |store| {
        ready(store.apply("order", &POLICY, Change::Forget)).unwrap()
    });
}
