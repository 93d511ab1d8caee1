//! The trait that a database implements, and the [`Store`] on top of it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::{Answer, verdict};
use super::binding::StoreBinding;
use super::encoded_claim::EncodedClaim;
use super::encoding::encode;
use super::error::{BackendError, with_retry};
use super::release::{self, Claiming};
use crate::fan_in::core::identity::FanInIdentity;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary};
use crate::fan_in::core::state::{JoinPolicy, Moment, Settlement, Step, Token};
use crate::fan_in::core::store::{ArriveResponse, Due, Rejected, StoreError};
use crate::fan_in::core::stored_function::StoredFunction;
use crate::metrics::joins;

/// The longest span of time, about 70,000 years. Added to any clock, it fits the numbers of SQL and Lua.
const MAX_SPAN: Moment = 1 << 51;

/// Selects the joins of one function in a database that keeps those of several.
#[derive(Clone, Copy, Debug)]
pub(in crate::fan_in) struct JoinScope<'a> {
    pub(in crate::fan_in) name: &'a str,
    /// The function's inputs, as [`Backend::inputs`] wrote them. A database that keeps other inputs returns
    /// [`BackendError::Undeclared`].
    pub(in crate::fan_in) inputs: &'a str,
    pub(in crate::fan_in) rules: &'a JoinPolicy,
}

/// Keeps joins whose inputs are text.
///
/// Each method implements the method of the same name of [`Store`](crate::fan_in::Store). An arrival and a settlement take
/// one round trip each, as a rule. Spans of time are bounded by [`within`].
pub(in crate::fan_in) trait Backend: Clone + Send + Sync + 'static {
    fn declaration(&self) -> &StoreBinding;

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
        input: u8,
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
        age: Moment,
    ) -> impl Future<Output = Result<usize, BackendError>> + Send;

    fn len(&self, name: &str) -> impl Future<Output = Result<usize, BackendError>> + Send;

    fn list(
        &self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> impl Future<Output = Result<Vec<JoinSummary>, BackendError>> + Send;
}

/// Stores the identity of a [`Join`](crate::fan_in::Join)'s function.
pub(in crate::fan_in) fn declare<D: Backend>(database: &D, identity: FanInIdentity) {
    database.declaration().declare(identity);
}

/// Returns the name and the stored inputs of the function, after it has checked that they match.
async fn declared<D: Backend>(database: &D) -> Result<(&str, &str), StoreError> {
    let declaration = database.declaration();
    let (name, known) = declaration.known()?;
    if let Some(inputs) = known {
        return Ok((name, inputs));
    }
    let inputs = declaration.inputs()?;
    let found = with_retry(|| database.inputs(name, &inputs)).await;
    let found = found.map_err(BackendError::into_error)?;
    declaration.check(name, &found)?;
    if found != inputs {
        // Another release wrote the inputs in another form. The first call did not update the time, since they differ.
        let noted = with_retry(|| database.inputs(name, &found)).await;
        noted.map_err(BackendError::into_error)?;
    }
    Ok((name, declaration.keep(found)))
}

pub(super) async fn function<'a, D: Backend>(
    database: &'a D,
    rules: &'a JoinPolicy,
) -> Result<JoinScope<'a>, StoreError> {
    release::resume(database);
    let (name, inputs) = declared(database).await?;
    Ok(JoinScope {
        name,
        inputs,
        rules,
    })
}

/// Makes a call, with retries. If the database has lost the function's declaration, declares it and calls once more.
async fn call<'a, D: Backend, T, F>(
    database: &'a D,
    rules: &'a JoinPolicy,
    mut call: impl FnMut(JoinScope<'a>) -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, BackendError>>,
{
    let declared = function(database, rules).await?;
    let answer = match with_retry(|| call(declared)).await {
        Err(BackendError::Undeclared) => {
            database.declaration().forget();
            let declared = function(database, rules).await?;
            with_retry(|| call(declared)).await
        }
        answer => answer,
    };
    answer.map_err(BackendError::into_error)
}

/// Returns the functions whose joins a database keeps, within the call timeout.
pub(in crate::fan_in) async fn functions<D, F>(
    database: &D,
    list: impl FnMut() -> F,
) -> Result<Vec<StoredFunction>, StoreError>
where
    D: Backend,
    F: Future<Output = Result<Vec<StoredFunction>, BackendError>>,
{
    let listed = async { with_retry(list).await.map_err(BackendError::into_error) };
    bounded(database, listed).await
}

/// Bounds a call of the store by its [call timeout](StoreBinding::call_timeout), and drops it within the right runtime.
async fn bounded<D: Backend, T>(
    database: &D,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    // Boxed: otherwise a call inside a handler inside a task overflows the stack in a debug build.
    let answer = Box::pin(release::Call::new(database, answer));
    within_call_timeout(database.declaration(), answer).await
}

/// Bounds a future by the [call timeout](StoreBinding::call_timeout).
pub(in crate::fan_in) async fn within_call_timeout<T>(
    declaration: &StoreBinding,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let bound = declaration.call_timeout();
    let late = |_| {
        let late = format!("the store did not answer within {bound:?}");
        StoreError::Failed(late.into())
    };
    tokio::time::timeout(bound, answer).await.map_err(late)?
}

pub(in crate::fan_in) async fn arrive<D: Backend, P: Serialize + DeserializeOwned>(
    database: &D,
    rules: &JoinPolicy,
    key: &str,
    input: u8,
    payload: P,
    token: Token,
) -> Result<ArriveResponse<P>, Rejected<P>> {
    let rules = &within(rules);
    let claiming = Claiming::new(database, rules, token);
    let arrived = async {
        let encoded = encode(&payload)?;
        let arrive =
            |function| claiming.call(database.arrive(function, key, input, &encoded, token));
        let mut answer = call(database, rules, arrive).await?;
        let claim = hand_out(database, rules, answer.claimed.take(), token).await;
        let overdue = hand_out(database, rules, answer.overdue.take(), token).await;
        Ok((answer, claim.map(|due| due.claim), overdue.map(Box::new)))
    };
    match bounded(database, arrived).await {
        Ok((answer, claim, overdue)) => {
            claiming.answered();
            Ok(ArriveResponse {
                verdict: verdict(answer.reply, answer.at, claim, payload),
                overdue,
            })
        }
        Err(error) => Err(Rejected {
            payload,
            error,
            overdue: None,
        }),
    }
}

pub(in crate::fan_in) async fn apply<D: Backend>(
    database: &D,
    rules: &JoinPolicy,
    key: &str,
    step: Step,
) -> Result<bool, StoreError> {
    let rules = &within(rules);
    let tell = |function| database.apply(function, key, step, None);
    bounded(database, call(database, rules, tell)).await
}

pub(in crate::fan_in) async fn due<D: Backend, P: DeserializeOwned>(
    database: &D,
    rules: &JoinPolicy,
    token: Token,
    max: usize,
) -> Result<Vec<Due<P>>, StoreError> {
    let rules = &within(rules);
    let mut first = Some(token);
    let due = async {
        // Each call needs its own token: a release of a lost call's claims must not release the next call's claims.
        let mut claim = |function| {
            let token = first.take().unwrap_or_else(Token::random);
            claim(database, function, token, max)
        };
        loop {
            let (claiming, claimed) = call(database, rules, &mut claim).await?;
            let is_over = claimed.is_empty();
            let mut due = Vec::with_capacity(claimed.len());
            for claimed in claimed {
                due.extend(hand_out(database, rules, Some(claimed), claiming.token).await);
            }
            claiming.answered();
            // If no claimed join could be decoded, other joins may still be due.
            if is_over || !due.is_empty() {
                return Ok(due);
            }
        }
    };
    bounded(database, due).await
}

/// Claims due joins. The claims are released if the caller is dropped before it calls [`Claiming::answered`].
async fn claim<'a, D: Backend>(
    database: &'a D,
    function: JoinScope<'a>,
    token: Token,
    max: usize,
) -> Result<(Claiming<'a, D>, Vec<EncodedClaim>), BackendError> {
    let claiming = Claiming::new(database, function.rules, token);
    let claimed = claiming.call(database.due(function, token, max)).await?;
    Ok((claiming, claimed))
}

pub(in crate::fan_in) async fn len<D: Backend>(database: &D) -> Result<usize, StoreError> {
    let counted = async {
        let (name, _) = declared(database).await?;
        let counted = with_retry(|| database.len(name)).await;
        counted.map_err(BackendError::into_error)
    };
    bounded(database, counted).await
}

pub(in crate::fan_in) async fn list<D: Backend>(
    database: &D,
    rules: &JoinPolicy,
    which: JoinQuery<'_>,
) -> Result<Vec<JoinSummary>, StoreError> {
    let rules = &within(rules);
    let list = |function| database.list(function, which);
    bounded(database, call(database, rules, list)).await
}

/// Settles without waiting.
pub(in crate::fan_in) fn abandon<D: Backend>(
    database: &D,
    rules: &JoinPolicy,
    key: &str,
    token: Token,
    settlement: Settlement,
) {
    release::settle(database, &within(rules), key, token, settlement);
}

/// Decodes a claim. If an input cannot be decoded, parks the join and returns `None`.
///
/// If parking fails, the next worker that claims the join after its lease parks it.
async fn hand_out<D: Backend, P: DeserializeOwned>(
    database: &D,
    rules: &JoinPolicy,
    claimed: Option<EncodedClaim>,
    token: Token,
) -> Option<Due<P>> {
    let claimed = claimed?;
    match claimed.decode(token, database.declaration().names()) {
        Ok(due) => Some(due),
        Err(detail) => {
            let settlement = Settlement::Undecodable;
            let step = Step::Settle { token, settlement };
            let tell = |function| database.apply(function, &claimed.key, step, Some(&detail));
            if let Ok(true) = call(database, rules, tell).await {
                joins::parked(database.declaration().join(), "undecodable");
            }
            None
        }
    }
}

/// Bounds each span of time by [`MAX_SPAN`], so that a sum with the clock does not overflow in the database.
fn within(rules: &JoinPolicy) -> JoinPolicy {
    JoinPolicy {
        timeout: rules.timeout.min(MAX_SPAN),
        lease: rules.lease.min(MAX_SPAN),
        backoff: rules.backoff.min(MAX_SPAN),
        dedup_window: rules.dedup_window.min(MAX_SPAN),
        ..*rules
    }
}

/// Implements [`Store`](crate::fan_in::Store) for a [`Backend`].
///
/// The futures are boxed, because each takes several kilobytes, which the consumer's own future would contain once per call.
macro_rules! store {
    ($database:ty) => {
        impl<P> $crate::fan_in::Store<P> for $database
        where
            P: serde::Serialize + serde::de::DeserializeOwned + Send + Sync,
        {
            fn declare(&self, identity: $crate::fan_in::FanInIdentity) {
                $crate::fan_in::durable::declare(self, identity);
            }

            async fn arrive(
                &self,
                key: &str,
                rules: &$crate::fan_in::JoinPolicy,
                input: u8,
                payload: P,
                token: $crate::fan_in::Token,
            ) -> Result<$crate::fan_in::ArriveResponse<P>, $crate::fan_in::Rejected<P>> {
                Box::pin($crate::fan_in::durable::arrive(
                    self, rules, key, input, payload, token,
                ))
                .await
            }

            async fn settle(
                &self,
                key: &str,
                rules: &$crate::fan_in::JoinPolicy,
                token: $crate::fan_in::Token,
                settlement: $crate::fan_in::Settlement,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::core::state::Step::Settle { token, settlement };
                Box::pin($crate::fan_in::durable::apply(self, rules, key, step)).await
            }

            async fn renew(
                &self,
                key: &str,
                rules: &$crate::fan_in::JoinPolicy,
                token: $crate::fan_in::Token,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::core::state::Step::Renew { token };
                Box::pin($crate::fan_in::durable::apply(self, rules, key, step)).await
            }

            async fn due(
                &self,
                rules: &$crate::fan_in::JoinPolicy,
                token: $crate::fan_in::Token,
                max: usize,
            ) -> Result<Vec<$crate::fan_in::Due<P>>, $crate::fan_in::StoreError> {
                Box::pin($crate::fan_in::durable::due(self, rules, token, max)).await
            }

            async fn len(&self) -> Result<usize, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::len(self).await
            }

            async fn list(
                &self,
                rules: &$crate::fan_in::JoinPolicy,
                which: $crate::fan_in::JoinQuery<'_>,
            ) -> Result<Vec<$crate::fan_in::JoinSummary>, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::list(self, rules, which).await
            }

            async fn retry(
                &self,
                key: &str,
                rules: &$crate::fan_in::JoinPolicy,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::core::state::Step::Retry;
                Box::pin($crate::fan_in::durable::apply(self, rules, key, step)).await
            }

            async fn forget(
                &self,
                key: &str,
                rules: &$crate::fan_in::JoinPolicy,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::core::state::Step::Forget;
                Box::pin($crate::fan_in::durable::apply(self, rules, key, step)).await
            }

            fn abandon(
                &self,
                key: &str,
                rules: &$crate::fan_in::JoinPolicy,
                token: $crate::fan_in::Token,
                settlement: $crate::fan_in::Settlement,
            ) {
                $crate::fan_in::durable::abandon(self, rules, key, token, settlement);
            }

            async fn pause(&self, span: std::time::Duration) {
                tokio::time::sleep(span).await;
            }
        }
    };
}
pub(in crate::fan_in) use store;
