//! Random operations, and random rules.

use linked_span::fan_in::{JoinPolicy, Moment, Settlement};
use proptest::collection::vec;
use proptest::prelude::*;

/// All the ways in which a holder's work can end.
pub const SETTLEMENTS: [Settlement; 6] = [
    Settlement::Completed,
    Settlement::Failed,
    Settlement::ExpiryDelivered,
    Settlement::ExpiryFailed,
    Settlement::Undecodable,
    Settlement::Released,
];

/// What is done to a store, or to time.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// An input arrives; again, with the token of the key's last delivery.
    Arrive {
        /// At this join.
        key: u8,
        /// Of as many as there are, counted round.
        input: u8,
        /// Whether the reply to the last delivery was lost.
        again: bool,
    },
    /// Who has claimed a join, the last first, settles it.
    Settle {
        /// Which claim.
        claim: usize,
        /// How.
        settlement: Settlement,
        /// Whether the holder is dropped instead.
        abandon: bool,
    },
    /// The holder renews its lease.
    Renew {
        /// Which claim.
        claim: usize,
    },
    /// An operator wants it tried again.
    Retry {
        /// The join.
        key: u8,
    },
    /// An operator wants it gone.
    Forget {
        /// The join.
        key: u8,
    },
    /// An operator looks.
    List {
        /// At what follows this, and at this.
        after: Option<u8>,
        /// How many.
        limit: usize,
    },
    /// A sweep claims what is due.
    Due {
        /// How many at most.
        max: usize,
    },
    /// Time passes.
    Pass {
        /// The number of units to advance the clock.
        units: Moment,
    },
}

/// So many that joins complete, expire and are forgotten.
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
        3 => (0..40_u64).prop_map(|units| Operation::Pass { units }),
    ];
    vec(operation, 1..120)
}

/// Returns policies whose durations are small multiples of `unit` milliseconds.
pub fn rules(
    unit: Moment,
    lease: impl Strategy<Value = Moment>,
) -> impl Strategy<Value = JoinPolicy> {
    let max_attempts = prop_oneof![Just(u32::MAX), 1..4_u32];
    (
        2..=4_u8,
        0..80_u64,
        lease,
        0..40_u64,
        0..120_u64,
        max_attempts,
    )
        .prop_map(
            move |(inputs, timeout, lease, backoff, dedup_window, max_attempts)| {
                JoinPolicy::new(inputs)
                    .timeout(timeout * unit)
                    .lease(lease)
                    .backoff(backoff * unit)
                    .dedup_window(dedup_window * unit)
                    .max_attempts(max_attempts)
            },
        )
}
