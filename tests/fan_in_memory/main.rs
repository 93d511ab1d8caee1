//! The store of joins in memory: it follows the state machine, and works with threads.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "the spans are constants of the tests"
)]

mod concurrent;
mod errors;
mod flood;
mod hostile;
mod lists;
mod operator;
mod opportunistic;
mod random;
mod settled;

use linked_span::fan_in::{
    ArriveResponse, Change, Due, JoinPolicy, JoinQuery, JoinSummary, Memory, NO_LEASE, Operator,
    Rejected, Settlement, Store, Token, ready,
};
use linked_span_tests::ms;

const POLICY: JoinPolicy = JoinPolicy::new(3)
    .timeout(ms(1_000))
    .lease(NO_LEASE)
    .backoff(ms(100))
    .dedup_window(ms(10_000))
    .max_attempts(u32::MAX);

/// The store's methods without their futures.
struct Joins<P> {
    memory: Memory<P>,
    policy: JoinPolicy,
}

impl<P: Send + Sync + 'static> Joins<P> {
    fn arrive(
        &self,
        key: &str,
        input: u8,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        let Self { memory, policy } = self;
        ready(memory.arrive(key, policy, input.into(), payload, token))
    }

    fn settle(&self, key: &str, token: Token, settlement: Settlement) -> bool {
        self.apply(key, Change::Settle { token, settlement })
    }

    fn renew(&self, key: &str, token: Token) -> bool {
        self.apply(key, Change::Renew { token })
    }

    fn due(&self, token: Token, max: usize) -> Vec<Due<P>> {
        let due = ready(self.memory.claim_due(&self.policy, token, max));
        due.unwrap().claims
    }

    fn list(&self, which: JoinQuery<'_>) -> Vec<JoinSummary> {
        ready(self.memory.list(&self.policy, which)).unwrap()
    }

    fn retry(&self, key: &str) -> bool {
        self.apply(key, Change::Retry)
    }

    fn forget(&self, key: &str) -> bool {
        self.apply(key, Change::Forget)
    }

    fn apply(&self, key: &str, change: Change) -> bool {
        ready(self.memory.apply(key, &self.policy, change)).unwrap()
    }

    fn len(&self) -> usize {
        ready(self.memory.len()).unwrap()
    }
}
