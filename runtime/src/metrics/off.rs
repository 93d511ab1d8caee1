//! What stands in for metrics without the feature `metrics`: nothing is measured, at no cost.
#![expect(clippy::unused_self, reason = "as with the feature")]

use crate::support::clock::Instant;

pub(crate) mod labels;

use self::labels::HandlerLabels;

/// Measures nothing.
#[derive(Debug)]
pub(crate) struct Timer;

impl Timer {
    pub(crate) const fn start(_: Instant) -> Self {
        Self
    }

    pub(crate) const fn start_now() -> Self {
        Self
    }

    pub(crate) const fn off() -> Self {
        Self
    }

    pub(crate) const fn is_on(&self) -> bool {
        false
    }

    pub(crate) const fn stop(&mut self, _: &HandlerLabels, _: Option<&'static str>) {}
}

pub(crate) mod joins {
    use std::time::Duration;

    pub(crate) const fn arrived(_: &'static str, _: &'static str, _: &'static str) {}

    pub(crate) fn waited(
        _: &'static str,
        _: impl FnOnce() -> [Option<(&'static str, Duration)>; 12],
    ) {
    }

    pub(crate) const fn ran(_: &'static str, _: &'static str) {}

    pub(crate) const fn expired(_: &'static str) {}

    pub(crate) const fn parked(_: &'static str, _: &'static str) {}

    pub(crate) const fn measures() -> bool {
        false
    }

    pub(crate) const fn swept(_: &'static str, _: bool, _: usize) {}
}
