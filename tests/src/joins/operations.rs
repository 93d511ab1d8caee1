//! Random operations and random policies.

use std::time::Duration;

use linked_span::fan_in::{JoinPolicy, Settlement};
use proptest::collection::vec;
use proptest::prelude::*;

/// All settlements.
pub const SETTLEMENTS: [Settlement; 6] = [
    Settlement::Completed,
    Settlement::Failed,
    Settlement::ExpiryDelivered,
    Settlement::ExpiryFailed,
    Settlement::Undecodable,
    Settlement::Released,
];

/// An operation on a store, or on its clock.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// An input arrives, possibly with the token of the key's last delivery.
    Arrive {
        /// The number of the join's key.
        key: u8,
        /// The number of the input, modulo the policy's inputs.
        input: u8,
        /// Repeats the last delivery, as if its reply was lost.
        again: bool,
    },
    /// The holder of a claim settles it.
    Settle {
        /// How many newer claims there are.
        claim: usize,
        /// The settlement.
        settlement: Settlement,
        /// Drops the claim instead.
        abandon: bool,
    },
    /// The holder renews its lease.
    Renew {
        /// How many newer claims there are.
        claim: usize,
    },
    /// An operator retries a join.
    Retry {
        /// The number of the join's key.
        key: u8,
    },
    /// An operator forgets a join.
    Forget {
        /// The number of the join's key.
        key: u8,
    },
    /// An operator lists joins.
    List {
        /// Starts after this key.
        after: Option<u8>,
        /// The largest number of joins in the page.
        limit: usize,
    },
    /// A sweep claims due joins.
    Due {
        /// The largest number of claims.
        max: usize,
    },
    /// Time passes.
    Pass {
        /// The number of units to advance the clock.
        units: u32,
    },
}

/// Returns enough operations for joins to complete, to expire and to be forgotten.
pub fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let settlement = prop::sample::select(SETTLEMENTS.as_slice());
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
        3 => (0..40_u32).prop_map(|units| Operation::Pass { units }),
    ];
    vec(operation, 1..120)
}

/// Returns policies whose durations are small multiples of `unit`.
pub fn policy(
    unit: Duration,
    lease: impl Strategy<Value = Duration>,
) -> impl Strategy<Value = JoinPolicy> {
    let max_attempts = prop_oneof![Just(u32::MAX), 1..4_u32];
    (
        2..=4_u8,
        0..80_u32,
        lease,
        0..40_u32,
        0..120_u32,
        max_attempts,
    )
        .prop_map(
            move |(inputs, timeout, lease, backoff, dedup_window, max_attempts)| {
                JoinPolicy::new(inputs)
                    .timeout(unit * timeout)
                    .lease(lease)
                    .backoff(unit * backoff)
                    .dedup_window(unit * dedup_window)
                    .max_attempts(max_attempts)
            },
        )
}
