//! The hooks for metrics without the feature `metrics`: they do nothing.

pub(crate) mod labels;

pub(crate) mod joins {
    use std::time::Duration;

    pub(crate) const fn arrived(_: &'static str, _: &'static str, _: &'static str) {}

    pub(crate) fn waited<I>(_: &'static str, _: impl FnOnce() -> I)
    where
        I: Iterator<Item = (&'static str, Duration)>,
    {
    }

    pub(crate) const fn ran(_: &'static str, _: &'static str) {}

    pub(crate) const fn expired(_: &'static str) {}

    pub(crate) const fn parked(_: &'static str, _: &'static str, _: usize) {}

    pub(crate) const fn measures() -> bool {
        false
    }

    pub(crate) const fn swept(_: &'static str, _: bool, _: usize) {}
}
