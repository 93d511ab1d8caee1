//! Measures the duration of a handler's call, if metrics are on.

#[cfg(feature = "metrics")]
pub(crate) use measuring::Timer;
#[cfg(not(feature = "metrics"))]
pub(crate) use off::Timer;

#[cfg(feature = "metrics")]
mod measuring {
    use crate::metrics::handler;
    use crate::span::callsite::Callsite;
    use crate::support::clock::{self, Instant};

    /// Measures one call, if a meter provider is installed when it begins.
    #[derive(Debug)]
    pub(crate) struct Timer(Option<(Instant, &'static Callsite)>);

    impl Timer {
        #[inline]
        pub(crate) fn start(callsite: &'static Callsite, now: Instant) -> Self {
            Self(handler::is_measured(now).then_some((now, callsite)))
        }

        pub(crate) fn start_now(callsite: &'static Callsite) -> Self {
            Self::start(callsite, clock::now())
        }

        pub(crate) const fn off() -> Self {
            Self(None)
        }

        #[inline]
        pub(crate) const fn is_on(&self) -> bool {
            self.0.is_some()
        }

        /// Records the duration at the first call, and ignores further calls.
        #[inline]
        pub(crate) fn stop(&mut self, error: Option<&'static str>) {
            if let Some((began, callsite)) = self.0.take() {
                handler::record(began, callsite.labels(), error);
            }
        }
    }
}

#[cfg(not(feature = "metrics"))]
mod off {
    use crate::span::callsite::Callsite;
    use crate::support::clock::Instant;

    /// Measures nothing, and takes no space in a future.
    #[derive(Debug)]
    pub(crate) struct Timer;

    #[expect(clippy::unused_self, reason = "as where it measures")]
    impl Timer {
        pub(crate) const fn start(_: &'static Callsite, _: Instant) -> Self {
            Self
        }

        pub(crate) const fn start_now(_: &'static Callsite) -> Self {
            Self
        }

        pub(crate) const fn off() -> Self {
            Self
        }

        pub(crate) const fn is_on(&self) -> bool {
            false
        }

        pub(crate) const fn stop(&mut self, _: Option<&'static str>) {}
    }
}
