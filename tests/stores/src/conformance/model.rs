//! Random operations, on the store and on the state machine.

use std::collections::BTreeMap;

use linked_span::fan_in::state::{ClaimMode, Reply, Step};
use linked_span::fan_in::{JoinPolicy, JoinQuery, NO_LEASE, Page, Status, Store, Token};
use linked_span_tests::joins::{Model, Operation, operations, rules};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::worker::{Worker, identity};
use crate::{Fixture, MINUTE, Payload};

/// Each case takes less than a minute.
pub async fn random_steps_match_the_state_machine<F: Fixture>() {
    // The runner of the cases blocks its thread.
    spawn_blocking(run_cases::<F>).await.unwrap();
}

fn run_cases<F: Fixture>() {
    let cases = if F::IS_DURABLE { 100 } else { 1_000 };
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    });
    let lease = if F::IS_DURABLE {
        (0..40_u32).prop_map(|units| units * MINUTE).boxed()
    } else {
        Just(NO_LEASE).boxed()
    };
    let runtime = Handle::current();
    let outcome = runner.run(
        &(rules(MINUTE, lease), operations()),
        |(rules, operations)| {
            runtime.block_on(perform::<F>(rules, operations));
            Ok(())
        },
    );
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

async fn perform<F: Fixture>(rules: JoinPolicy, operations: Vec<Operation>) {
    let fixture = F::begin().await;
    let store = fixture.open("ship").await;
    store.declare(identity("ship", rules.inputs));
    let mut pair = Pair {
        worker: Worker { store, rules },
        model: Model::new(rules, |payload: &Payload| payload.id).slack(MINUTE),
        fixture,
        claims: Vec::new(),
        last: BTreeMap::new(),
    };
    for (number, operation) in (1..).zip(operations) {
        pair.perform(number, operation).await;
    }
}

/// The store and its model.
struct Pair<F: Fixture> {
    fixture: F,
    worker: Worker<F::Store>,
    model: Model<Payload>,
    /// Every claim so far: its key and its token.
    claims: Vec<(String, Token)>,
    /// The token of the latest arrival at each key.
    last: BTreeMap<String, Token>,
}

impl<F: Fixture> Pair<F> {
    async fn perform(&mut self, number: u64, operation: Operation) {
        let new = Token(u128::from(number));
        match operation {
            Operation::Arrive { key, input, again } => {
                let key = key.to_string();
                let token = match self.last.get(&key) {
                    Some(token) if again => *token,
                    _ => new,
                };
                self.last.insert(key.clone(), token);
                let input = input % self.worker.rules.inputs;
                self.arrive(&key, input, number, token).await;
            }
            Operation::Settle {
                claim, settlement, ..
            } => {
                if let Some((key, token)) = self.claim(claim) {
                    let recorded = self.worker.settle(&key, token, settlement).await;
                    let reply = self.model.step(&key, Step::Settle { token, settlement });
                    assert_eq!(recorded, reply == Reply::Recorded);
                }
            }
            Operation::Renew { claim } => {
                if let Some((key, token)) = self.claim(claim) {
                    let recorded = self.worker.renew(&key, token).await;
                    let reply = self.model.step(&key, Step::Renew { token });
                    assert_eq!(recorded, reply == Reply::Recorded);
                }
            }
            Operation::Retry { key } => {
                let key = key.to_string();
                let reply = self.model.step(&key, Step::Retry);
                assert_eq!(self.worker.retry(&key).await, reply == Reply::Recorded);
            }
            Operation::Forget { key } => {
                let key = key.to_string();
                let reply = self.model.step(&key, Step::Forget);
                assert_eq!(self.worker.forget(&key).await, reply == Reply::Recorded);
            }
            Operation::List { after, limit } => {
                self.list(after.map(|key| key.to_string()).as_deref(), limit)
                    .await;
            }
            Operation::Due { max } => self.due(new, max).await,
            Operation::Pass { units } => {
                self.fixture.pass(units * MINUTE).await;
                self.model.pass(units * MINUTE);
            }
        }
        self.model.forget();
        assert_eq!(self.worker.len().await, self.model.open());
    }

    async fn due(&mut self, token: Token, max: usize) {
        let Worker { store, rules } = &self.worker;
        let due = store.claim_due(rules, token, max).await.unwrap();
        let all = self.model.claimable(ClaimMode::Sweep);
        assert_eq!(due.len(), max.min(all.len()));
        for due in due {
            assert!(all.contains(&due.key));
            self.model.check_due(&due, token, ClaimMode::Sweep);
            self.claims.push((due.key, token));
        }
        self.park(ClaimMode::Sweep).await;
    }

    /// A store may find the joins whose last attempt died in any order. The model parks those that the store has
    /// parked.
    async fn park(&mut self, mode: ClaimMode) {
        for key in self.model.exhausted(mode) {
            let listed = self.worker.one(&key).await.expect("a join");
            if matches!(listed.status, Status::Parked(_)) {
                let token = Token(0);
                let reply = self.model.step(&key, Step::ClaimDue { token, mode });
                assert_eq!(reply, Reply::Parked);
            }
        }
    }

    async fn list(&self, after: Option<&str>, limit: usize) {
        let page = Page::after(after, limit);
        let questions = [JoinQuery::Unsettled(page), JoinQuery::Parked(page)];
        for which in questions.into_iter().chain(after.map(JoinQuery::Key)) {
            self.model.check_list(which, &self.worker.list(which).await);
        }
    }

    async fn arrive(&mut self, key: &str, input: u8, id: u64, token: Token) {
        let payload = Payload::new(id);
        let arrived = self.worker.arrive_with(key, input, payload, token).await;
        let reply = self.model.arrive(key, input, id, token);
        if self.model.check_verdict(key, id, &arrived.verdict, reply) {
            self.claims.push((key.to_owned(), token));
        }
        let mut others = self.model.claimable(ClaimMode::Opportunistic);
        others.retain(|other| *other != key);
        // An arrival in memory does not search all shards.
        if F::IS_DURABLE {
            assert_eq!(arrived.overdue.is_some(), !others.is_empty(), "{others:?}");
        }
        if let Some(due) = arrived.overdue {
            assert!(others.contains(&due.key));
            self.model.check_due(&due, token, ClaimMode::Opportunistic);
            self.claims.push((due.key, token));
        }
        self.park(ClaimMode::Opportunistic).await;
    }

    /// Returns the claim before the last `number` ones.
    fn claim(&self, number: usize) -> Option<(String, Token)> {
        let place = self.claims.len().checked_sub(1 + number)?;
        self.claims.get(place).cloned()
    }
}
