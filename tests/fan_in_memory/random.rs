//! Random operations at random times, on the store and on a map of the state machine's states.

use std::collections::BTreeMap;
use std::sync::Arc;

use linked_span::fan_in::state::{ClaimMode, Reply, Step};
use linked_span::fan_in::{
    JoinPolicy, JoinQuery, Memory, NO_LEASE, Page, Store, StoreError, Token,
};
use linked_span::testing::Model;
use linked_span_tests::joins::{Operation, operations, policy};
use linked_span_tests::{Time, ms};
use proptest::prelude::*;

use crate::Joins;

#[derive(Debug)]
struct Limits {
    shards: usize,
    capacity: usize,
    remembered: usize,
}

/// A payload that records whether it was dropped.
#[derive(Debug)]
struct Payload {
    id: u64,
    _alive: Arc<()>,
}

/// The store and its model.
struct Pair<'l> {
    joins: Joins<Payload>,
    model: Model<Payload>,
    policy: JoinPolicy,
    limits: &'l Limits,
    time: Time,
    /// Every claim so far: its key and its token.
    claims: Vec<(String, Token)>,
    /// The token of the latest arrival at each key.
    last: BTreeMap<String, Token>,
    alive: Arc<()>,
}

impl<'l> Pair<'l> {
    fn new(policy: JoinPolicy, limits: &'l Limits) -> Self {
        let time = Time::default();
        let memory = Memory::new()
            .shards(limits.shards)
            .capacity(limits.capacity)
            .remembered(limits.remembered);
        let memory = time.of(memory);
        Self {
            joins: Joins { memory, policy },
            model: Model::new(policy, |payload: &Payload| payload.id).remembered(limits.remembered),
            policy,
            limits,
            time,
            claims: Vec::new(),
            last: BTreeMap::new(),
            alive: Arc::new(()),
        }
    }

    fn perform(&mut self, number: u64, operation: &Operation) {
        let new = Token(u128::from(number));
        match *operation {
            Operation::Arrive { key, input, again } => {
                let key = key.to_string();
                let token = match self.last.get(&key) {
                    Some(token) if again => *token,
                    _ => new,
                };
                self.last.insert(key.clone(), token);
                self.arrive(&key, input % self.policy.inputs, number, token);
            }
            Operation::Settle {
                claim,
                settlement,
                abandon,
            } => {
                if let Some((key, token)) = pick(&self.claims, claim) {
                    let reply = self.model.step(&key, Step::Settle { token, settlement });
                    if abandon {
                        let Joins { memory, policy } = &self.joins;
                        memory.release(&key, policy, token, settlement);
                    } else {
                        let recorded = self.joins.settle(&key, token, settlement);
                        assert_eq!(recorded, reply == Reply::Recorded);
                    }
                }
            }
            Operation::Renew { claim } => {
                if let Some((key, token)) = pick(&self.claims, claim) {
                    let recorded = self.joins.renew(&key, token);
                    let reply = self.model.step(&key, Step::Renew { token });
                    assert_eq!(recorded, reply == Reply::Recorded);
                }
            }
            Operation::Retry { key } => {
                let key = key.to_string();
                let reply = self.model.step(&key, Step::Retry);
                assert_eq!(self.joins.retry(&key), reply == Reply::Recorded);
            }
            Operation::Forget { key } => {
                let key = key.to_string();
                let reply = self.model.step(&key, Step::Forget);
                assert_eq!(self.joins.forget(&key), reply == Reply::Recorded);
            }
            Operation::List { after, limit } => {
                self.list(after.map(|key| key.to_string()).as_deref(), limit);
            }
            Operation::Due { max } => {
                let due = self.joins.due(new, max);
                let all = self.model.claimable(ClaimMode::Sweep);
                assert_eq!(due.len(), max.min(all.len()));
                for due in due {
                    assert!(all.contains(&due.key));
                    self.model.check_due(&due, new, ClaimMode::Sweep).unwrap();
                    self.claims.push((due.key, new));
                }
            }
            Operation::Pass { units } => {
                self.time.pass(ms(units.into()));
                self.model.pass(ms(units.into()));
            }
        }
        self.model.forget();
        assert_eq!(self.joins.len(), self.model.open());
        let forgotten_early = self.joins.memory.forgotten_early();
        assert_eq!(forgotten_early, self.model.forgotten_early());
        assert_eq!(Arc::strong_count(&self.alive) - 1, self.model.kept());
    }

    fn list(&self, after: Option<&str>, limit: usize) {
        let page = Page::after(after, limit);
        let questions = [JoinQuery::Unsettled(page), JoinQuery::Parked(page)];
        for which in questions.into_iter().chain(after.map(JoinQuery::Key)) {
            let listed = self.joins.list(which);
            self.model.check_list(which, &listed).unwrap();
        }
    }

    fn arrive(&mut self, key: &str, input: u8, id: u64, token: Token) {
        let payload = Payload {
            id,
            _alive: Arc::clone(&self.alive),
        };
        let arrived = self.joins.arrive(key, input, payload, token);
        let is_new = !self.model.has(key);
        let is_full = is_new && self.model.open() == self.limits.capacity;
        let overdue = if is_full {
            let rejected = arrived.unwrap_err();
            assert!(matches!(rejected.error, StoreError::Full));
            assert_eq!(rejected.payload.id, id);
            rejected.overdue
        } else {
            let arrived = arrived.unwrap();
            let reply = self.model.arrive(key, input.into(), id, token);
            let checked = self.model.check_verdict(key, id, &arrived.verdict, reply);
            if checked.unwrap() {
                self.claims.push((key.to_owned(), token));
            }
            arrived.overdue
        };

        let mut others = self.model.claimable(ClaimMode::Opportunistic);
        others.retain(|other| *other != key);
        // With several shards, an arrival only searches all of them when it needs room.
        if self.limits.shards == 1 || is_full {
            assert_eq!(overdue.is_some(), !others.is_empty(), "{others:?}");
        }
        if let Some(due) = overdue {
            assert!(others.contains(&due.key));
            self.model
                .check_due(&due, token, ClaimMode::Opportunistic)
                .unwrap();
            self.claims.push((due.key, token));
        }
    }
}

fn pick(claims: &[(String, Token)], number: usize) -> Option<(String, Token)> {
    let place = claims.len().checked_sub(1 + number)?;
    claims.get(place).cloned()
}

fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![
        // With one shard, the store finds what is overdue or oldest among all joins.
        3 => (1..8_usize, 0..5_usize).prop_map(|(capacity, remembered)| Limits {
            shards: 1,
            capacity,
            remembered,
        }),
        1 => (1..8_usize).prop_map(|capacity| Limits {
            shards: 64,
            capacity,
            remembered: 64 * 6,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_operations_match_the_state_machine(
        policy in policy(ms(1), Just(NO_LEASE)),
        limits in limits(),
        operations in operations(),
    ) {
        let mut pair = Pair::new(policy, &limits);
        for (number, operation) in (1..).zip(&operations) {
            pair.perform(number, operation);
        }
    }
}
