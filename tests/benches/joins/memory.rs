//! `fan_in::Memory`, with a deadline for each join, a token for each arrival, and a tombstone for each that is settled.

use linked_span::fan_in::{JoinPolicy, Memory, Settlement, Store, Token, Verdict, ready};

use super::Joins;

const RULES: JoinPolicy = JoinPolicy {
    inputs: 2,
    timeout: 600_000,
    lease: 300_000,
    backoff: 1_000,
    // A tombstone is made and soon forgotten: as many come as go, and they are not what is compared.
    dedup_window: 0,
    max_attempts: u32::MAX,
};

pub(super) struct InMemory(Memory<()>);

impl InMemory {
    pub(super) fn new() -> Self {
        Self(Memory::new().capacity(2_000_000))
    }

    fn arrive(&self, key: &str, input: u8, token: Token) -> Verdict<()> {
        let arrived = ready(self.0.arrive(key, &RULES, input, (), token));
        arrived.expect("room for it").verdict
    }
}

impl Joins for InMemory {
    fn open(&self, key: &str) {
        let verdict = self.arrive(key, 0, Token::random());
        assert!(matches!(verdict, Verdict::Waiting(_)), "it is the first");
    }

    fn complete(&self, key: &str) -> u128 {
        let token = Token::random();
        let verdict = self.arrive(key, 1, token);
        assert!(matches!(verdict, Verdict::Run(_)), "it is the second");
        token.0
    }

    fn settle(&self, key: &str, token: u128) {
        let settled =
            Store::<()>::settle(&self.0, key, &RULES, Token(token), Settlement::Completed);
        assert!(ready(settled).expect("a store that works"), "it holds it");
    }
}
