//! The inputs of a claimed join.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Value;

use super::core::claim::{Claim, Input, at_place};
use super::core::state::Arrived;
use super::spec::FanInSpec;
use crate::Attributes;
use crate::span::join::SpanOfJoin;

/// The largest number of inputs of a join.
const INPUTS: usize = 12;

/// Holds the received inputs of a join, shared by the claim and the body.
pub struct ReceivedInputs<P> {
    joined: Arc<JoinInfo>,
    /// The inputs by their place, and the elements of a list in order of arrival.
    inputs: Arc<[Input<P>]>,
}

/// Holds the properties of a join that its span records, independent of the inputs' types.
#[derive(Debug)]
pub(crate) struct JoinInfo {
    names: &'static [&'static str],
    key: String,
    arrived: Arrived,
    /// The time that each input waited.
    waited: [Duration; INPUTS],
}

impl<P> ReceivedInputs<P> {
    pub(super) fn new(declared: &FanInSpec<P>, key: String, claim: Claim<P>) -> Self {
        let mut waited = [Duration::ZERO; INPUTS];
        for input in claim.inputs.iter().rev() {
            if let Some(waited) = waited.get_mut(usize::from(input.place)) {
                *waited = input.waited;
            }
        }
        let joined = JoinInfo {
            names: declared.inputs,
            key,
            arrived: claim.arrived(declared.identity.lists),
            waited,
        };
        Self {
            joined: Arc::new(joined),
            inputs: claim.inputs.into(),
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.joined.key
    }

    /// Returns the set of received inputs.
    pub(super) fn arrived(&self) -> Arrived {
        self.joined.arrived
    }

    /// Returns how long each input has waited.
    pub(super) fn waits(&self) -> [Option<(&'static str, Duration)>; INPUTS] {
        let mut came = self.joined.came();
        std::array::from_fn(|_| {
            let (waited, input) = came.next()?;
            Some((input, waited))
        })
    }

    pub(super) fn joined(&self) -> Arc<JoinInfo> {
        Arc::clone(&self.joined)
    }

    /// Returns the input at this place of the declaration, if it was received.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&P> {
        let place = u8::try_from(place).ok()?;
        let input = at_place(&self.inputs, place).first()?;
        Some(&input.payload)
    }
}

/// Returns an input of a complete join.
///
/// # Panics
///
/// Panics if the store has lost the input. A claim checks this before its body begins.
#[must_use]
pub fn received<T>(input: Option<&T>) -> &T {
    input.expect("a body begins with all inputs of its join")
}

impl JoinInfo {
    fn came(&self) -> impl Iterator<Item = (Duration, &'static str)> {
        let input = |place: u8| {
            let place = usize::from(place);
            Some((*self.waited.get(place)?, *self.names.get(place)?))
        };
        self.arrived.came.iter().filter_map(input)
    }
}

impl SpanOfJoin for JoinInfo {
    fn add_to_span(&self, attributes: &mut Attributes) {
        let count = i64::try_from(self.came().count()).unwrap_or(i64::MAX);
        attributes.push("fan_in.key", self.key.clone());
        attributes.push("fan_in.input_count", count);
    }

    /// Returns how long the input waited in its join, in seconds.
    fn of_input(&self, name: &str) -> Option<(&'static str, Value)> {
        let (waited, _) = self.came().find(|(_, input)| *input == name)?;
        Some(("fan_in.wait", waited.as_secs_f64().into()))
    }
}

impl<P> Clone for ReceivedInputs<P> {
    fn clone(&self) -> Self {
        Self {
            joined: Arc::clone(&self.joined),
            inputs: Arc::clone(&self.inputs),
        }
    }
}

/// Lists the names of the received inputs, because inputs need not be `Debug`.
impl<P> fmt::Debug for ReceivedInputs<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.joined.came().map(|(_, name)| name);
        formatter.debug_set().entries(names).finish()
    }
}
