//! What the joins of one function are made of.

use std::time::Duration;

use super::core::state::JoinPolicy;
use super::expired::OnExpired;
use super::spec::FanInSpec;

/// A function's joins, as claims and deliveries use them.
pub(super) struct JoinContext<P: 'static, S> {
    pub(super) declared: &'static FanInSpec<P>,
    pub(super) store: S,
    pub(super) policy: JoinPolicy,
    pub(super) on_expired: Option<OnExpired<P>>,
    /// How long an arrival may wait for `on_expired`.
    pub(super) patience: Duration,
}
