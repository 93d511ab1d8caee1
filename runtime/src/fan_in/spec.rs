//! The constants of a fan-in function.

use std::fmt;

use super::core::identity::FanInIdentity;
use super::core::listing::{self, JoinSummary};
use super::core::lists::{Arrived, Tallies};
use super::core::missing::Missing;
use super::core::state::{Inputs, JoinPolicy};
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
    /// Creates the constants; `identity` has one to twelve inputs.
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

    /// Adds the kinds of the inputs to a policy.
    pub(super) const fn kinds(&self, policy: JoinPolicy) -> JoinPolicy {
        let FanInIdentity {
            lists, optional, ..
        } = self.identity;
        policy.lists(lists).optional(optional)
    }

    /// Returns the missing inputs.
    pub(super) fn missing(&self, arrived: Arrived) -> Missing {
        let Arrived { came, lists } = arrived;
        self.named(came.missing(self.count()), lists)
    }

    pub(super) fn named(&self, missing: Inputs, lists: Tallies) -> Missing {
        Missing::new(&self.identity, missing, lists)
    }

    /// Names the inputs of a join in a list.
    pub(super) fn named_summary(&self, mut listed: JoinSummary) -> JoinSummary<Missing> {
        for list in &mut listed.lists {
            let name = self.inputs.get(usize::from(list.place));
            list.name = name.copied().unwrap_or_default();
        }
        let tallies = listing::tallies(listed.lists.iter().copied());
        listed.map(|missing| self.named(missing, tallies))
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
