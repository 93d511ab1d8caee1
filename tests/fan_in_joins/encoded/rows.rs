//! What the store does under its lock.

use std::collections::BTreeMap;

use linked_span::fan_in::state::{ClaimMode, Reply, State, Step, due, transition};
use linked_span::fan_in::{
    JoinPolicy, JoinQuery, JoinSummary, Page, ParkCounts, Timestamp, Token, Work,
};

use super::claimed::Claimed;
use super::row::{Kept, Row};

#[derive(Debug, Default)]
pub(super) struct Rows {
    by_key: BTreeMap<String, Vec<u8>>,
    /// The joins that the store has parked by itself, until a call reports them.
    pub(super) parked: ParkCounts,
}

/// The result of an arrival.
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) at: Timestamp,
    pub(super) claimed: Option<Claimed>,
    pub(super) overdue: Option<Claimed>,
}

impl Rows {
    /// Makes one atomic step, and returns the reply.
    pub(super) fn step(
        &mut self,
        key: &str,
        step: Step,
        now: Timestamp,
        rules: &JoinPolicy,
    ) -> (Option<State>, Reply) {
        let row = self.read(key);
        let before = row.as_ref().map(Row::state);
        let (state, reply) = transition(before, step, now, rules);
        match state {
            Some(state) => self.write(key, &row.unwrap_or_default().with(state, now, rules)),
            None => {
                self.by_key.remove(key);
            }
        }
        // The runtime counts the joins that a settlement parks.
        if !matches!(step, Step::Settle { .. }) {
            self.parked.record(before, state);
        }
        (state, reply)
    }

    pub(super) fn arrive(
        &mut self,
        key: &str,
        rules: &JoinPolicy,
        (input, payload): (u8, Vec<u8>),
        token: Token,
        now: Timestamp,
    ) -> Answer {
        let step = Step::arrive(input, token);
        let (state, reply) = self.step(key, step, now, rules);
        // The state contains the received inputs, unless all were received or the join has ended.
        let takes = match state {
            Some(State::Open { came, .. }) => came.contains(input),
            Some(State::Running { .. }) => true,
            _ => false,
        };
        if takes {
            self.keep(key, input, Kept::new(now, payload));
        }
        Answer {
            reply,
            at: now,
            claimed: self.claimed(key, reply, now),
            overdue: self.overdue(key, rules, token, now),
        }
    }

    pub(super) fn due(
        &mut self,
        rules: &JoinPolicy,
        token: Token,
        max: usize,
        now: Timestamp,
    ) -> Vec<Claimed> {
        let mut claimed = Vec::new();
        for key in self.keys() {
            if claimed.len() < max {
                claimed.extend(self.visit(&key, ClaimMode::Sweep, rules, token, now));
            }
        }
        claimed
    }

    fn overdue(
        &mut self,
        other_than: &str,
        rules: &JoinPolicy,
        token: Token,
        now: Timestamp,
    ) -> Option<Claimed> {
        let mut others = self.keys().into_iter().filter(|key| key != other_than);
        others.find_map(|key| self.visit(&key, ClaimMode::Opportunistic, rules, token, now))
    }

    fn visit(
        &mut self,
        key: &str,
        mode: ClaimMode,
        rules: &JoinPolicy,
        token: Token,
        now: Timestamp,
    ) -> Option<Claimed> {
        let (_, reply) = self.step(key, Step::ClaimDue { token, mode }, now, rules);
        self.claimed(key, reply, now)
    }

    fn claimed(&self, key: &str, reply: Reply, at: Timestamp) -> Option<Claimed> {
        let (work, attempts) = match reply {
            Reply::Run { attempts, .. } => (Work::Run, attempts),
            Reply::DeliverExpired { attempts, .. } => (Work::DeliverExpired, attempts),
            _ => return None,
        };
        Some(Claimed {
            key: key.to_owned(),
            work,
            attempts,
            inputs: self.read(key)?.inputs,
            at,
        })
    }

    /// The joins that have neither completed nor expired.
    pub(super) fn unsettled(&self) -> impl Iterator<Item = (&str, Row)> {
        self.all().filter(|(_, row)| !has_ended(&row.state()))
    }

    pub(super) fn list(
        &self,
        rules: &JoinPolicy,
        which: JoinQuery<'_>,
        now: Timestamp,
    ) -> Vec<JoinSummary> {
        let listed = |(key, row): (&str, Row)| {
            let age = now.saturating_duration_since(row.since());
            JoinSummary::new(key.to_owned(), &row.state(), age, rules)
        };
        let is_parked = |(_, row): &(&str, Row)| matches!(row.state(), State::Parked { .. });
        match which {
            JoinQuery::Key(key) => {
                let is_it = |(other, row): &(&str, Row)| {
                    *other == key && !is_forgotten(&row.state(), now, rules)
                };
                self.all().filter(is_it).map(listed).collect()
            }
            JoinQuery::Unsettled(page) => on(page, self.unsettled()).map(listed).collect(),
            JoinQuery::Parked(page) => {
                let parked = self.unsettled().filter(is_parked);
                on(page, parked).map(listed).collect()
            }
        }
    }

    pub(super) fn lose_payload(&mut self, key: &str) {
        if let Some(mut row) = self.read(key) {
            row.inputs[0] = None;
            self.write(key, &row);
        }
    }

    pub(super) fn spoil(&mut self, key: &str) {
        if let Some(mut row) = self.read(key) {
            for kept in row.inputs.iter_mut().flatten() {
                kept.payload.clear();
            }
            self.write(key, &row);
        }
    }

    /// Stores an input, unless the row already has one in this position.
    fn keep(&mut self, key: &str, input: u8, kept: Kept) {
        if let Some(mut row) = self.read(key) {
            row.inputs[usize::from(input)].get_or_insert(kept);
            self.write(key, &row);
        }
    }

    fn keys(&self) -> Vec<String> {
        self.by_key.keys().cloned().collect()
    }

    fn all(&self) -> impl Iterator<Item = (&str, Row)> {
        self.by_key
            .iter()
            .map(|(key, row)| (key.as_str(), Row::of(row)))
    }

    fn read(&self, key: &str) -> Option<Row> {
        self.by_key.get(key).map(|row| Row::of(row))
    }

    fn write(&mut self, key: &str, row: &Row) {
        self.by_key.insert(key.to_owned(), row.to_bytes());
    }
}

fn on<'r>(
    page: Page<'r>,
    rows: impl Iterator<Item = (&'r str, Row)>,
) -> impl Iterator<Item = (&'r str, Row)> {
    let follows = move |(key, _): &(&str, Row)| page.after.is_none_or(|after| after < *key);
    rows.filter(follows).take(page.limit)
}

fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}

fn is_forgotten(state: &State, now: Timestamp, rules: &JoinPolicy) -> bool {
    has_ended(state) && due(state, ClaimMode::Sweep, rules).is_some_and(|due| due <= now)
}
