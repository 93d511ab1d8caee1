//! The constants of a fan-in function.

use std::fmt;

use super::core::identity::FanInIdentity;
use super::core::missing::Missing;
use super::core::state::Inputs;
use super::received::ReceivedInputs;
use crate::span::callsite::Callsite;
use crate::span::request::SpanRequest;

/// Holds the constants that `#[fan_in]` generates for a function.
pub struct FanInSpec<P> {
    /// The name of the generated type, as spans record it.
    pub(super) join: &'static str,
    pub(super) identity: FanInIdentity,
    pub(super) inputs: &'static [&'static str],
    /// The callsite of the span in which an expired join is delivered.
    pub(super) expired: Callsite,
    /// Adds links to the received inputs to that span.
    pub(super) link: fn(&ReceivedInputs<P>, &mut SpanRequest),
}

impl<P> FanInSpec<P> {
    /// Creates the constants; `identity` has two to twelve inputs.
    #[must_use]
    pub const fn new(
        join: &'static str,
        identity: FanInIdentity,
        expired: Callsite,
        link: fn(&ReceivedInputs<P>, &mut SpanRequest),
    ) -> Self {
        Self {
            join,
            identity,
            inputs: identity.inputs,
            expired,
            link,
        }
    }

    /// Returns the missing inputs.
    pub(super) fn missing(&self, came: Inputs) -> Missing {
        self.named(came.missing(self.count()))
    }

    pub(super) fn named(&self, missing: Inputs) -> Missing {
        Missing::new(self.inputs, missing)
    }

    #[expect(clippy::cast_possible_truncation, reason = "twelve at most")]
    pub(super) const fn count(&self) -> u8 {
        self.inputs.len() as u8
    }
}

impl<P> fmt::Debug for FanInSpec<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FanInSpec")
            .field("join", &self.join)
            .field("inputs", &self.inputs)
            .finish_non_exhaustive()
    }
}
