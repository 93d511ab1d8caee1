//! The settings and the store of one function's joins.

use std::time::Duration;

use super::core::park_counts::ParkCounts;
use super::core::state::JoinPolicy;
use super::expired::OnExpired;
use super::spec::FanInSpec;
use crate::metrics::joins;

/// Holds what claims and deliveries need of a function's joins.
pub(super) struct JoinContext<P: 'static, S> {
    pub(super) declared: &'static FanInSpec<P>,
    pub(super) store: S,
    pub(super) policy: JoinPolicy,
    pub(super) on_expired: Option<OnExpired<P>>,
    /// The time that an arrival may wait for `on_expired`.
    pub(super) on_expired_timeout: Duration,
}

impl<P: 'static, S> JoinContext<P, S> {
    /// Counts the joins that the store has parked by itself.
    pub(super) fn count_parked(&self, parked: ParkCounts) {
        let ParkCounts {
            attempts,
            undecodable,
        } = parked;
        joins::parked(self.declared.join, "attempts", attempts);
        joins::parked(self.declared.join, "undecodable", undecodable);
    }
}
