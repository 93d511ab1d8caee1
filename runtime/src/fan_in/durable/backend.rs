//! The trait that a database implements, under a [`Store`](crate::fan_in::Store).

use std::time::Duration;

use super::answer::Answer;
use super::binding::StoreBinding;
use super::encoded_claim::EncodedClaim;
use super::error::BackendError;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary};
use crate::fan_in::core::state::{JoinPolicy, ParkReason, Step, Token};

/// Selects the joins of one function in a database that keeps those of several.
#[derive(Clone, Copy, Debug)]
pub(in crate::fan_in) struct JoinScope<'a> {
    pub(in crate::fan_in) name: &'a str,
    /// The function's inputs, as [`Backend::inputs`] wrote them. A database that keeps other inputs returns
    /// [`BackendError::Undeclared`].
    pub(in crate::fan_in) inputs: &'a str,
    pub(in crate::fan_in) policy: &'a JoinPolicy,
}

/// Keeps joins whose inputs are text.
///
/// Each method implements the method of the same name of [`Store`](crate::fan_in::Store). An arrival and a settlement take
/// one round trip each, as a rule. Spans of time are at most 2^51 milliseconds.
///
/// [`arrive`](Self::arrive) and [`due`](Self::due) call [`has_parked`](Self::has_parked).
pub(in crate::fan_in) trait Backend: Clone + Send + Sync + 'static {
    fn declaration(&self) -> &StoreBinding;

    /// Counts joins that the database has parked, because the worker of their last attempt died. A call reports them.
    fn has_parked(&self, joins: usize) {
        let parks = self.declaration().parks();
        parks.add(ParkReason::Attempts, joins);
    }

    /// Returns the inputs that are stored under a name. Stores `inputs` if there are none.
    ///
    /// If the stored inputs are `inputs`, updates the time by which an operator sees which functions are in use.
    fn inputs(
        &self,
        name: &str,
        inputs: &str,
    ) -> impl Future<Output = Result<String, BackendError>> + Send;

    fn arrive(
        &self,
        function: JoinScope<'_>,
        key: &str,
        input: ArrivingInput<'_>,
        payload: &str,
        token: Token,
    ) -> impl Future<Output = Result<Answer, BackendError>> + Send;

    /// Applies a settlement, a renewal or an operator's step. Returns `true` if it took effect.
    ///
    /// `detail` describes an input that cannot be decoded; [`JoinSummary::detail`] shows it to an operator.
    fn apply(
        &self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> impl Future<Output = Result<bool, BackendError>> + Send;

    fn due(
        &self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> impl Future<Output = Result<Vec<EncodedClaim>, BackendError>> + Send;

    /// Releases each join that the token holds, as [`Settlement::Released`] does. Returns the number of released joins.
    ///
    /// These are the claims of a call whose reply was lost. They are at most `age` old by the database's clock, so they are
    /// due at `now + lease - age..=now + lease`.
    fn release(
        &self,
        function: JoinScope<'_>,
        token: Token,
        age: Duration,
    ) -> impl Future<Output = Result<usize, BackendError>> + Send;

    fn len(&self, name: &str) -> impl Future<Output = Result<usize, BackendError>> + Send;

    fn list(
        &self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> impl Future<Output = Result<Vec<JoinSummary>, BackendError>> + Send;
}
