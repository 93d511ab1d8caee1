//! What a database has to do, and a [`Store`] made of it.

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

/// A hundred thousand years. No sum of a clock and a span is more than a number of 64 bits in whatever language holds.
const LONGEST: Moment = 1 << 51;

/// The function whose joins are concerned, for a database that keeps those of several.
#[derive(Clone, Copy, Debug)]
pub(in crate::fan_in) struct JoinScope<'a> {
    pub(in crate::fan_in) name: &'a str,
    /// Its inputs, as [`Backend::inputs`] wrote them. A database that finds others answers [`BackendError::Undeclared`].
    pub(in crate::fan_in) inputs: &'a str,
    pub(in crate::fan_in) rules: &'a JoinPolicy,
}

/// Keeps joins whose inputs are text. Each method does what the [`Store`](crate::fan_in::Store)'s method of the same name
/// says; an arrival and what a holder says are one round trip each, as a rule. Spans are no longer than
/// [a moment can bear](within).
pub(in crate::fan_in) trait Backend: Clone + Send + Sync + 'static {
    fn declaration(&self) -> &StoreBinding;

    /// Returns the inputs of the joins that are kept under a name; writes these if there are none. Where these are
    /// kept, notes the time, by which an operator sees which functions live.
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

    /// Applies a settlement, a renewal, or what an operator wants. Returns whether it counts.
    ///
    /// `detail` is what an operator has to know of an input that cannot be decoded; [`JoinSummary::detail`] shows it.
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

    /// Releases each join that the token holds, as [`Settlement::Released`] does: the claims of a call whose reply was lost.
    /// By the database's clock they are at most `age` old, so that `now + lease - age..=now + lease` is when they are due.
    /// Returns how many joins it released.
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

/// Passes on what a [`Join`](crate::fan_in::Join) is of.
pub(in crate::fan_in) fn declare<D: Backend>(database: &D, identity: FanInIdentity) {
    database.declaration().declare(identity);
}

/// Returns the name and the inputs of the function that the database serves, once it is known to keep these.
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
        // The words of another release. The database notes the time of those alone that it keeps.
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

/// Makes a call until there is an answer, as often as makes sense. Where the database has lost the function's declaration,
/// declares it and calls once more.
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

/// Returns the functions whose joins a database keeps, bounded as a call is. This store need not serve any of them.
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

/// Bounds what a store's method does by the store's [call timeout](StoreBinding::call_timeout).
async fn bounded<D: Backend, T>(
    database: &D,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    // In a box, since a call within a handler within a task overflows the stack of a debug build otherwise.
    let answer = Box::pin(release::Call::new(database, answer));
    within_call_timeout(database.declaration(), answer).await
}

/// Bounds what a store does by its [call timeout](StoreBinding::call_timeout).
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
        // Each call has a token of its own, so that what a lost one has claimed can be told from what the next one claims.
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
            // Where nothing that was claimed could be decoded, there may be more.
            if is_over || !due.is_empty() {
                return Ok(due);
            }
        }
    };
    bounded(database, due).await
}

/// Claims what is due. The claims are released if the caller is dropped before it says that it has them.
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

/// A claim with its inputs. If one cannot be decoded, the join is parked; should that fail, the next worker
/// to claim it, when the lease is over, parks it.
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
            let _ = call(database, rules, tell).await;
            None
        }
    }
}

/// No span is so long that a moment after it cannot be written down.
fn within(rules: &JoinPolicy) -> JoinPolicy {
    JoinPolicy {
        timeout: rules.timeout.min(LONGEST),
        lease: rules.lease.min(LONGEST),
        backoff: rules.backoff.min(LONGEST),
        dedup_window: rules.dedup_window.min(LONGEST),
        ..*rules
    }
}

/// Makes a [`Store`](crate::fan_in::Store) of a [`Backend`].
///
/// The futures are boxed: one takes several kilobytes, and the consumer's own future would take as much for each call.
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
