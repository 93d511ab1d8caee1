//! The inputs of a claimed join.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Value;

use super::core::claim::{Claim, Input};
use super::core::identity::FanInIdentity;
use super::core::state::{Arrived, Counts};
use crate::Attributes;
use crate::span::join::SpanOfJoin;

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
    /// The place of each input, and the time that it waited. They are in the order of the claim.
    waited: Box<[(u8, Duration)]>,
}

impl<P> ReceivedInputs<P> {
    pub(super) fn new(identity: &FanInIdentity, key: String, claim: Claim<P>) -> Self {
        // A loop: each function compiles this, and iterators are five times as much code.
        let mut waited = Vec::with_capacity(claim.inputs.len());
        for input in &claim.inputs {
            waited.push((input.place, input.waited));
        }
        let joined = JoinInfo::new(identity, key, waited, claim.counts);
        Self {
            joined: Arc::new(joined),
            inputs: claim.inputs.into(),
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.joined.key
    }

    /// Returns what has arrived.
    pub(super) fn arrived(&self) -> Arrived {
        self.joined.arrived
    }

    /// Returns how long each input has waited.
    pub(super) fn waits(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        self.joined.waits()
    }

    pub(super) fn joined(&self) -> Arc<JoinInfo> {
        Arc::clone(&self.joined)
    }

    /// Returns the input at this place of the declaration, if it was received.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&P> {
        self.list(place).next()
    }

    /// Returns the received elements of the list at this place, in order of arrival.
    pub fn list(&self, place: usize) -> impl Iterator<Item = &P> {
        let elements = &self.inputs[self.joined.elements(place)];
        elements.iter().map(|input| &*input.payload)
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
    fn new(
        identity: &FanInIdentity,
        key: String,
        waited: Vec<(u8, Duration)>,
        counts: Counts,
    ) -> Self {
        let mut places = waited.iter().map(|(place, _)| *place);
        Self {
            names: identity.inputs,
            key,
            arrived: Arrived::of(&mut places, counts, identity.lists),
            waited: waited.into_boxed_slice(),
        }
    }

    fn name(&self, place: u8) -> Option<&'static str> {
        self.names.get(usize::from(place)).copied()
    }

    /// Returns which of the inputs are at this place.
    fn elements(&self, place: usize) -> Range<usize> {
        let begin = self
            .waited
            .partition_point(|(other, _)| usize::from(*other) < place);
        let end = self
            .waited
            .partition_point(|(other, _)| usize::from(*other) <= place);
        begin..end
    }

    fn waits(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        let waits = self.waited.iter();
        waits.filter_map(|(place, waited)| Some((self.name(*place)?, *waited)))
    }
}

impl SpanOfJoin for JoinInfo {
    fn add_to_span(&self, attributes: &mut Attributes) {
        let count = i64::try_from(self.waited.len()).unwrap_or(i64::MAX);
        attributes.push("fan_in.key", self.key.clone());
        attributes.push("fan_in.input_count", count);
    }

    /// Returns how long the input waited in its join, in seconds.
    ///
    /// A batch is one input, so all of its events waited equally long.
    fn of_input(&self, name: &str, element: usize) -> Option<(&'static str, Value)> {
        let place = self.names.iter().position(|input| *input == name)?;
        let elements = &self.waited[self.elements(place)];
        let (_, waited) = elements.get(element).or_else(|| elements.first())?;
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
        let names = self.joined.waits().map(|(name, _)| name);
        formatter.debug_set().entries(names).finish()
    }
}
