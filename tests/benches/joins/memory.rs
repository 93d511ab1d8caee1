//! `fan_in::Memory`, with a deadline for each join, a token for each arrival, and a tombstone for each settled join.

use std::time::Duration;

use linked_span::fan_in::{Change, JoinPolicy, Memory, Settlement, Store, Token, Verdict, ready};

use super::Joins;

// Without a window, as many tombstones are removed as are made. They are not compared.
const POLICY: JoinPolicy = JoinPolicy::new(2).dedup_window(Duration::ZERO);

pub(super) struct InMemory(Memory<()>);

impl InMemory {
    pub(super) fn new() -> Self {
        Self(Memory::new().capacity(2_000_000))
    }

    fn arrive(&self, key: &str, input: u8, token: Token) -> Verdict<()> {
        let arrived = ready(self.0.arrive(key, &POLICY, input.into(), (), token));
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
        let (token, settlement) = (Token(token), Settlement::Completed);
        let settled = self
            .0
            .apply(key, &POLICY, Change::Settle { token, settlement });
        assert!(ready(settled).expect("a store that works"), "it holds it");
    }
}
