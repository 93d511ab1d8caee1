//! Random operations at random times, on the store and on a map of the state machine's states.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use linked_span::fan_in::state::{Reply, State, Step, Visitor, due, transition};
use linked_span::fan_in::{
    Claim, Due, Input, Listed, Memory, Moment, NO_LEASE, Page, Rules, Settlement, Store,
    StoreError, Token, Verdict, Which, Work,
};
use linked_span_tests::Time;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::Joins;

#[derive(Clone, Debug)]
enum Operation {
    Arrive {
        key: u8,
        input: u8,
        again: bool,
    },
    Settle {
        claim: usize,
        settlement: Settlement,
        abandon: bool,
    },
    Renew {
        claim: usize,
    },
    Retry {
        key: u8,
    },
    Forget {
        key: u8,
    },
    List {
        after: Option<u8>,
        limit: usize,
    },
    Due {
        max: usize,
    },
    Pass {
        milliseconds: u64,
    },
}

#[derive(Debug)]
struct Limits {
    shards: usize,
    capacity: usize,
    remembered: usize,
}

/// A payload that says whether it still is somewhere.
#[derive(Debug)]
struct Payload {
    id: u64,
    _alive: Arc<()>,
}

/// What the store should hold.
struct Model {
    rules: Rules,
    states: BTreeMap<String, State>,
    /// By input: which payload, and when it came.
    kept: BTreeMap<String, [Option<(u64, Moment)>; 4]>,
    ended: VecDeque<String>,
    remembered: usize,
    forgotten_early: u64,
    now: Moment,
}

impl Model {
    /// Forgets what is to be forgotten by now.
    fn pass(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        self.forget();
    }

    fn forget(&mut self) {
        let now = self.now;
        self.states
            .retain(|_, state| !has_ended(*state) || due(state, Visitor::Sweep) > Some(now));
        let states = &self.states;
        self.ended.retain(|key| states.contains_key(key));
    }

    fn step(&mut self, key: &str, step: Step) -> Reply {
        let before = self.states.get(key).copied();
        let (after, reply) = transition(before, step, self.now, &self.rules);
        if let Some(after) = after {
            self.states.insert(key.to_owned(), after);
            if has_ended(after) && !before.is_some_and(has_ended) {
                self.kept.remove(key);
                self.ended.push_back(key.to_owned());
                if self.ended.len() > self.remembered {
                    let oldest = self.ended.pop_front().unwrap();
                    self.states.remove(&oldest);
                    self.forgotten_early += 1;
                }
                self.forget();
            }
        } else {
            self.states.remove(key);
            self.kept.remove(key);
            self.ended.retain(|ended| ended != key);
        }
        reply
    }

    fn arrive(&mut self, key: &str, input: u8, id: u64, token: Token) -> Reply {
        let before = self.states.get(key).copied();
        let reply = self.step(key, Step::Arrive { input, token });
        let is_open = before.is_none_or(|state| matches!(state, State::Open { .. }));
        if is_open && matches!(reply, Reply::Waiting(_) | Reply::Run { .. }) {
            let kept = self.kept.entry(key.to_owned()).or_default();
            kept[usize::from(input)] = Some((id, self.now));
        }
        reply
    }

    /// What an operator should see of one.
    fn listed(&self, key: &str) -> Option<Listed> {
        let state = self.states.get(key)?;
        let came_at = |(_, came_at): (u64, Moment)| came_at;
        let since = match *state {
            State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => {
                forget_at - self.rules.dedup_window
            }
            _ => self.kept[key]
                .iter()
                .flatten()
                .copied()
                .map(came_at)
                .min()?,
        };
        let age = self.now - since;
        Some(Listed::new(key.to_owned(), state, age, &self.rules))
    }

    /// What he should see on a page.
    fn page(&self, page: Page<'_>, is_wanted: fn(&State) -> bool) -> Vec<Listed> {
        let wanted = self.states.iter().filter(|(_, state)| is_wanted(state));
        let behind = wanted.filter(|(key, _)| page.after.is_none_or(|after| key.as_str() > after));
        let listed = behind.filter_map(|(key, _)| self.listed(key));
        listed.take(page.limit).collect()
    }

    fn open(&self) -> usize {
        let states = self.states.values();
        states.filter(|state| !has_ended(**state)).count()
    }

    /// What such a visitor could claim.
    fn claimable(&self, visitor: Visitor) -> Vec<String> {
        let token = Token(0);
        let step = Step::Visit { token, visitor };
        let states = self.states.iter();
        states
            .filter(|(_, state)| {
                let (_, reply) = transition(Some(**state), step, self.now, &self.rules);
                matches!(reply, Reply::Run { .. } | Reply::HandOver { .. })
            })
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Whether it is a claim.
    fn check_verdict(&self, key: &str, id: u64, verdict: Verdict<Payload>, reply: Reply) -> bool {
        match (verdict, reply) {
            (Verdict::Waiting(came), Reply::Waiting(expected))
            | (Verdict::Duplicate(came), Reply::Duplicate(expected)) => assert_eq!(came, expected),
            (Verdict::Run(claim), Reply::Run { .. }) => {
                self.check_claim(key, &claim, reply);
                return true;
            }
            (Verdict::HandOver { claim, payload }, Reply::HandOver { .. }) => {
                self.check_claim(key, &claim, reply);
                assert_eq!(payload.id, id);
                return true;
            }
            (Verdict::Busy { retry_after }, Reply::Busy(_)) => {
                assert_eq!(retry_after, self.rules.backoff);
            }
            (Verdict::Completed(payload), Reply::Completed)
            | (Verdict::Expired(payload), Reply::Expired)
            | (Verdict::Parked(payload), Reply::Parked) => assert_eq!(payload.id, id),
            (verdict, reply) => panic!("{verdict:?} is not {reply:?}"),
        }
        false
    }

    fn check_due(&mut self, due: &Due<Payload>, token: Token, visitor: Visitor) {
        assert_eq!(due.token, token);
        let reply = self.step(&due.key, Step::Visit { token, visitor });
        self.check_claim(&due.key, &due.claim, reply);
    }

    fn check_claim(&self, key: &str, claim: &Claim<Payload>, reply: Reply) {
        let expected = match reply {
            Reply::Run { attempts } => (Work::Run, attempts),
            Reply::HandOver { attempts, .. } => (Work::HandOver, attempts),
            other => panic!("{key} was claimed: {other:?}"),
        };
        assert_eq!((claim.work, claim.attempts), expected);
        let inputs = claim.inputs.iter().map(|input| {
            let Input { payload, waited } = input.as_ref()?;
            Some((payload.id, self.now - waited))
        });
        assert_eq!(
            inputs.collect::<Vec<_>>(),
            self.kept[key][..usize::from(self.rules.inputs)]
        );
    }
}

fn has_ended(state: State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}

/// The store, and beside it the model.
struct Pair<'l> {
    joins: Joins<Payload>,
    model: Model,
    limits: &'l Limits,
    time: Time,
    /// Everything that was claimed once, by whom.
    claims: Vec<(String, Token)>,
    /// By key, who arrived last.
    last: BTreeMap<String, Token>,
    alive: Arc<()>,
}

impl<'l> Pair<'l> {
    fn new(rules: Rules, limits: &'l Limits) -> Self {
        let time = Time::default();
        let memory = Memory::new()
            .shards(limits.shards)
            .capacity(limits.capacity)
            .remembered(limits.remembered);
        let memory = time.of(memory);
        Self {
            joins: Joins { memory, rules },
            model: Model {
                rules,
                states: BTreeMap::new(),
                kept: BTreeMap::new(),
                ended: VecDeque::new(),
                remembered: limits.remembered,
                forgotten_early: 0,
                now: 0,
            },
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
                self.arrive(&key, input % self.model.rules.inputs, number, token);
            }
            Operation::Settle {
                claim,
                settlement,
                abandon,
            } => {
                if let Some((key, token)) = pick(&self.claims, claim) {
                    let reply = self.model.step(&key, Step::Settle { token, settlement });
                    if abandon {
                        let Joins { memory, rules } = &self.joins;
                        memory.abandon(&key, rules, token, settlement);
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
                let all = self.model.claimable(Visitor::Sweep);
                assert_eq!(due.len(), max.min(all.len()));
                for due in due {
                    assert!(all.contains(&due.key));
                    self.model.check_due(&due, new, Visitor::Sweep);
                    self.claims.push((due.key, new));
                }
            }
            Operation::Pass { milliseconds } => {
                self.time.pass(milliseconds);
                self.model.pass(milliseconds);
            }
        }
        self.model.forget();
        assert_eq!(self.joins.len(), self.model.open());
        let forgotten_early = self.joins.memory.forgotten_early();
        assert_eq!(forgotten_early, self.model.forgotten_early);
        let kept = self.model.kept.values().flatten().flatten().count();
        assert_eq!(Arc::strong_count(&self.alive) - 1, kept);
    }

    fn list(&self, after: Option<&str>, limit: usize) {
        let page = Page { after, limit };
        assert_eq!(
            self.joins.list(Which::Unsettled(page)),
            self.model.page(page, |state| !has_ended(*state))
        );
        assert_eq!(
            self.joins.list(Which::Parked(page)),
            self.model
                .page(page, |state| matches!(state, State::Parked { .. }))
        );
        if let Some(key) = after {
            let one: Vec<_> = self.model.listed(key).into_iter().collect();
            assert_eq!(self.joins.list(Which::Key(key)), one);
        }
    }

    fn arrive(&mut self, key: &str, input: u8, id: u64, token: Token) {
        let payload = Payload {
            id,
            _alive: Arc::clone(&self.alive),
        };
        let arrived = self.joins.arrive(key, input, payload, token);
        let is_new = !self.model.states.contains_key(key);
        let overdue = if is_new && self.model.open() == self.limits.capacity {
            let rejected = arrived.unwrap_err();
            assert!(matches!(rejected.error, StoreError::Full));
            assert_eq!(rejected.payload.id, id);
            rejected.overdue
        } else {
            let arrived = arrived.unwrap();
            let reply = self.model.arrive(key, input, id, token);
            if self.model.check_verdict(key, id, arrived.verdict, reply) {
                self.claims.push((key.to_owned(), token));
            }
            arrived.overdue
        };

        let mut others = self.model.claimable(Visitor::Passing);
        others.retain(|other| *other != key);
        // With several shards, not all of them are looked at.
        if self.limits.shards == 1 {
            assert_eq!(overdue.is_some(), !others.is_empty(), "{others:?}");
        }
        if let Some(due) = overdue {
            assert!(others.contains(&due.key));
            self.model.check_due(&due, token, Visitor::Passing);
            self.claims.push((due.key, token));
        }
    }
}

fn pick(claims: &[(String, Token)], number: usize) -> Option<(String, Token)> {
    let place = claims.len().checked_sub(1 + number)?;
    claims.get(place).cloned()
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let settlement = prop_oneof![
        Just(Settlement::Completed),
        Just(Settlement::Failed),
        Just(Settlement::HandedOver),
        Just(Settlement::NotHandedOver),
        Just(Settlement::Undecodable),
        Just(Settlement::NotBegun),
    ];
    let operation = prop_oneof![
        8 => (0..6_u8, 0..4_u8, prop::bool::weighted(0.1))
            .prop_map(|(key, input, again)| Operation::Arrive { key, input, again }),
        4 => (0..4_usize, settlement, any::<bool>()).prop_map(|(claim, settlement, abandon)| {
            Operation::Settle { claim, settlement, abandon }
        }),
        1 => (0..3_usize).prop_map(|claim| Operation::Renew { claim }),
        2 => (0..6_u8).prop_map(|key| Operation::Retry { key }),
        1 => (0..6_u8).prop_map(|key| Operation::Forget { key }),
        1 => (prop::option::of(0..6_u8), 0..5_usize)
            .prop_map(|(after, limit)| Operation::List { after, limit }),
        1 => (0..4_usize).prop_map(|max| Operation::Due { max }),
        3 => (0..40_u64).prop_map(|milliseconds| Operation::Pass { milliseconds }),
    ];
    vec(operation, 1..120)
}

fn rules() -> impl Strategy<Value = Rules> {
    let max_attempts = prop_oneof![Just(u32::MAX), 1..4_u32];
    (2..=4_u8, 0..80_u64, 0..40_u64, 0..120_u64, max_attempts).prop_map(
        |(inputs, timeout, backoff, dedup_window, max_attempts)| Rules {
            inputs,
            timeout,
            lease: NO_LEASE,
            backoff,
            dedup_window,
            max_attempts,
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![
        // With one shard, what is overdue or the oldest of all is found, and not only that of a shard.
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
    fn does_what_the_state_machine_says(
        rules in rules(),
        limits in limits(),
        operations in operations(),
    ) {
        let mut pair = Pair::new(rules, &limits);
        for (number, operation) in (1..).zip(&operations) {
            pair.perform(number, operation);
        }
    }
}
