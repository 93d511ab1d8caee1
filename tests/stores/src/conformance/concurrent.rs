//! Many concurrent workers.

use std::collections::BTreeMap;

use linked_span::fan_in::{Settlement, Token, Verdict};
use tokio::task::JoinSet;

use super::worker::Worker;
use crate::{Fixture, MINUTE, POLICY};

/// Two workers deliver each input.
pub async fn many_workers_record_one_success_per_key<F: Fixture>() {
    const KEYS: u64 = 100;
    let fixture = F::begin().await;
    let policy = POLICY.inputs(3);
    let mut workers = JoinSet::new();
    for number in 0..6 {
        let worker = Worker::with(&fixture, policy).await;
        workers.spawn(async move {
            let mut successes = BTreeMap::<u64, u32>::new();
            for step in 0..KEYS {
                // Each worker starts at another key.
                let key = (step + number * 17) % KEYS;
                let token = Token::random();
                let name = key.to_string();
                let arrived = worker.arrive(&name, (number % 3) as u8, token).await;
                if let Verdict::Run(claim) = arrived.verdict {
                    assert_eq!(claim.inputs.len(), 3);
                    if worker.settle(&name, token, Settlement::Completed).await {
                        *successes.entry(key).or_default() += 1;
                    }
                }
            }
            successes
        });
    }
    let mut successes = BTreeMap::<u64, u32>::new();
    while let Some(of_one) = workers.join_next().await {
        for (key, count) in of_one.unwrap() {
            *successes.entry(key).or_default() += count;
        }
    }
    assert_eq!(successes.len() as u64, KEYS);
    assert!(successes.values().all(|count| *count == 1), "{successes:?}");
}

/// No two sweeps claim the same join.
pub async fn concurrent_sweeps_claim_each_join_once<F: Fixture>() {
    const KEYS: usize = 300;
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    for key in 0..KEYS {
        worker.waits(&key.to_string(), 0).await;
    }
    fixture.pass(POLICY.timeout + MINUTE).await;
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        let worker = Worker::of(&fixture).await;
        workers.spawn(async move {
            let mut claimed = Vec::new();
            loop {
                let due = worker.due(16).await;
                if due.is_empty() {
                    return claimed;
                }
                claimed.extend(due.into_iter().map(|due| due.key));
            }
        });
    }
    let mut claimed = Vec::new();
    while let Some(of_one) = workers.join_next().await {
        claimed.extend(of_one.unwrap());
    }
    // A sweep may find nothing while others hold locks. The next sweep finds the join.
    claimed.extend(worker.due(KEYS).await.into_iter().map(|due| due.key));
    claimed.sort();
    claimed.dedup();
    assert_eq!(claimed.len(), KEYS);
    assert!(worker.due(KEYS).await.is_empty());
}
