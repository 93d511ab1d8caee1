//! The settings and the store of one function's joins.

use std::time::Duration;

use super::core::state::JoinPolicy;
use super::expired::OnExpired;
use super::spec::FanInSpec;

/// Holds what claims and deliveries need of a function's joins.
pub(super) struct JoinContext<P: 'static, S> {
    pub(super) declared: &'static FanInSpec<P>,
    pub(super) store: S,
    pub(super) policy: JoinPolicy,
    pub(super) on_expired: Option<OnExpired<P>>,
    /// The time that an arrival may wait for `on_expired`.
    pub(super) patience: Duration,
}
