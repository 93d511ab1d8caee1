//! The inputs of a join that somebody holds.

use std::fmt;
use std::sync::Arc;

use super::one_of::Nth;
use super::state::{Inputs, Moment};
use super::store::{Claim, Input};

/// The inputs that have come for one key, shared by all who work on its join.
pub struct Came<P>(Arc<Claimed<P>>);

struct Claimed<P> {
    names: &'static [&'static str],
    key: String,
    inputs: Vec<Option<Input<P>>>,
}

/// What a span is told of the join that it is opened for, whatever the join's inputs are.
pub(crate) trait Joined: Send + Sync {
    fn key(&self) -> &str;

    /// How many inputs there are.
    fn count(&self) -> usize;

    /// For how many milliseconds the input of this name has waited.
    fn waited(&self, name: &str) -> Option<Moment>;
}

impl<P> Came<P> {
    pub(super) fn new(names: &'static [&'static str], key: String, claim: Claim<P>) -> Self {
        let inputs = claim.inputs;
        Self(Arc::new(Claimed { names, key, inputs }))
    }

    pub(super) fn key(&self) -> &str {
        &self.0.key
    }

    /// Which they are.
    pub(super) fn inputs(&self) -> Inputs {
        let came = |inputs: Inputs, (place, input): (u8, &Option<_>)| match input {
            Some(_) => inputs.with(place),
            None => inputs,
        };
        (0..).zip(&self.0.inputs).fold(Inputs::default(), came)
    }

    /// The input at this place in the declaration, if it has come.
    #[must_use]
    pub fn get<const PLACE: u8>(&self) -> Option<&P::Input>
    where
        P: Nth<PLACE>,
    {
        self.0
            .inputs
            .get(usize::from(PLACE))?
            .as_ref()?
            .payload
            .get()
    }

    /// The input at this place of a join that is complete.
    ///
    /// # Panics
    ///
    /// If the store has lost it.
    #[must_use]
    pub fn input<const PLACE: u8>(&self) -> &P::Input
    where
        P: Nth<PLACE>,
    {
        self.get()
            .expect("a store hands out a join to run with all its inputs")
    }
}

impl<P: Send + Sync + 'static> Came<P> {
    pub(crate) fn joined(&self) -> Arc<dyn Joined> {
        Arc::clone(&self.0) as Arc<dyn Joined>
    }
}

impl<P: Send + Sync> Joined for Claimed<P> {
    fn key(&self) -> &str {
        &self.key
    }

    fn count(&self) -> usize {
        self.inputs.iter().flatten().count()
    }

    fn waited(&self, name: &str) -> Option<Moment> {
        let place = self.names.iter().position(|input| *input == name)?;
        Some(self.inputs.get(place)?.as_ref()?.waited)
    }
}

impl<P> Clone for Came<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The names of what has come, since inputs need not be `Debug`.
impl<P> fmt::Debug for Came<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs = self.0.names.iter().zip(&self.0.inputs);
        let came = inputs.filter_map(|(name, input)| input.as_ref().map(|_| name));
        formatter.debug_set().entries(came).finish()
    }
}
