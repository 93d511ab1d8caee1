//! The methods of a store over a [`Backend`], with retries and within the call timeout.

use std::pin::Pin;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::verdict;
use super::backend::{Backend, JoinScope};
use super::binding::StoreBinding;
use super::declaration::{declared, function};
use super::encoded_claim::EncodedClaim;
use super::encoding::encode;
use super::error::{BackendError, with_retry};
use super::release::{self, Claiming};
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::change::Change;
use crate::fan_in::core::claim::Due;
use crate::fan_in::core::error::StoreError;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary};
use crate::fan_in::core::response::{ArriveResponse, DueClaims, Rejected};
use crate::fan_in::core::state::{JoinPolicy, ParkReason, Settlement, Step, Token};
use crate::fan_in::core::stored_function::StoredFunction;

/// The longest span of time, about 70,000 years. Added to any clock, it fits the numbers of SQL and Lua.
const MAX_SPAN: Duration = Duration::from_millis(1 << 51);

/// Makes a call, with retries. If the database has lost the function's declaration, declares it and calls once more.
async fn call<'a, D: Backend, T, F>(
    database: &'a D,
    policy: &'a JoinPolicy,
    mut call: impl FnMut(JoinScope<'a>) -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, BackendError>>,
{
    release::resume(database);
    let declared = function(database, policy).await?;
    let answer = match with_retry(|| call(declared)).await {
        Err(BackendError::Undeclared) => {
            database.declaration().forget();
            let declared = function(database, policy).await?;
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
    bounded(database, Box::pin(listed)).await
}

/// Bounds a call of the store by its [call timeout](StoreBinding::call_timeout), and drops it within the right runtime.
///
/// The call is boxed, because it takes several kilobytes, which the consumer's own future would contain once per call.
async fn bounded<D: Backend, T>(
    database: &D,
    answer: Pin<Box<impl Future<Output = Result<T, StoreError>>>>,
) -> Result<T, StoreError> {
    let answer = release::Call::new(database, answer);
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
    policy: &JoinPolicy,
    key: &str,
    input: ArrivingInput<'_>,
    payload: P,
    token: Token,
) -> Result<ArriveResponse<P>, Rejected<P>> {
    let policy = &within(policy);
    let claiming = Claiming::new(database, policy, token);
    let arrived = Box::pin(async {
        let encoded = encode(&payload)?;
        let arrive =
            |function| claiming.call(database.arrive(function, key, input, &encoded, token));
        let mut answer = call(database, policy, arrive).await?;
        let claim = hand_out(database, policy, answer.claimed.take(), token).await;
        let overdue = hand_out(database, policy, answer.overdue.take(), token).await;
        Ok((answer, claim.map(|due| due.claim), overdue.map(Box::new)))
    });
    match bounded(database, arrived).await {
        Ok((answer, claim, overdue)) => {
            claiming.answered();
            Ok(ArriveResponse {
                verdict: verdict(answer.reply, answer.at, claim, payload),
                overdue,
                parked: database.declaration().parks().take(),
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
    policy: &JoinPolicy,
    key: &str,
    change: Change,
) -> Result<bool, StoreError> {
    let policy = &within(policy);
    let apply = |function| database.apply(function, key, change.into(), None);
    bounded(database, Box::pin(call(database, policy, apply))).await
}

pub(in crate::fan_in) async fn claim_due<D: Backend, P: DeserializeOwned>(
    database: &D,
    policy: &JoinPolicy,
    token: Token,
    max: usize,
) -> Result<DueClaims<P>, StoreError> {
    let policy = &within(policy);
    let mut first = Some(token);
    let due = async {
        // Each call needs its own token: a release of a lost call's claims must not release the next call's claims.
        let mut claim = |function| {
            let token = first.take().unwrap_or_else(Token::random);
            claim(database, function, token, max)
        };
        loop {
            let (claiming, claimed) = call(database, policy, &mut claim).await?;
            let is_over = claimed.is_empty();
            let mut due = Vec::with_capacity(claimed.len());
            for claimed in claimed {
                due.extend(hand_out(database, policy, Some(claimed), claiming.token).await);
            }
            claiming.answered();
            // If no claimed join could be decoded, other joins may still be due.
            if is_over || !due.is_empty() {
                return Ok(due);
            }
        }
    };
    let claims = bounded(database, Box::pin(due)).await?;
    let parked = database.declaration().parks().take();
    Ok(DueClaims { claims, parked })
}

/// Claims due joins. The claims are released if the caller is dropped before it calls [`Claiming::answered`].
async fn claim<'a, D: Backend>(
    database: &'a D,
    function: JoinScope<'a>,
    token: Token,
    max: usize,
) -> Result<(Claiming<'a, D>, Vec<EncodedClaim>), BackendError> {
    let claiming = Claiming::new(database, function.policy, token);
    let claimed = claiming.call(database.due(function, token, max)).await?;
    Ok((claiming, claimed))
}

pub(in crate::fan_in) async fn len<D: Backend>(database: &D) -> Result<usize, StoreError> {
    let counted = async {
        let (name, _) = declared(database).await?;
        let counted = with_retry(|| database.len(name)).await;
        counted.map_err(BackendError::into_error)
    };
    bounded(database, Box::pin(counted)).await
}

pub(in crate::fan_in) async fn list<D: Backend>(
    database: &D,
    policy: &JoinPolicy,
    which: JoinQuery<'_>,
) -> Result<Vec<JoinSummary>, StoreError> {
    let policy = &within(policy);
    let list = |function| database.list(function, which);
    bounded(database, Box::pin(call(database, policy, list))).await
}

/// Settles without waiting.
pub(in crate::fan_in) fn release<D: Backend>(
    database: &D,
    policy: &JoinPolicy,
    key: &str,
    token: Token,
    settlement: Settlement,
) {
    release::settle(database, &within(policy), key, token, settlement);
}

/// Decodes a claim. If an input cannot be decoded, parks the join and returns `None`.
///
/// If parking fails, the next worker that claims the join after its lease parks it.
async fn hand_out<D: Backend, P: DeserializeOwned>(
    database: &D,
    policy: &JoinPolicy,
    claimed: Option<EncodedClaim>,
    token: Token,
) -> Option<Due<P>> {
    let claimed = claimed?;
    match claimed.decode(token, policy, database.declaration().names()) {
        Ok(due) => Some(due),
        Err(detail) => {
            let settlement = Settlement::Undecodable;
            let step = Step::Settle { token, settlement };
            let tell = |function| database.apply(function, &claimed.key, step, Some(&detail));
            if let Ok(true) = call(database, policy, tell).await {
                let parks = database.declaration().parks();
                parks.add(ParkReason::Undecodable, 1);
            }
            None
        }
    }
}

/// Bounds each span of time by [`MAX_SPAN`], so that a sum with the clock does not overflow in the database.
fn within(policy: &JoinPolicy) -> JoinPolicy {
    JoinPolicy {
        timeout: policy.timeout.min(MAX_SPAN),
        lease: policy.lease.min(MAX_SPAN),
        backoff: policy.backoff.min(MAX_SPAN),
        dedup_window: policy.dedup_window.min(MAX_SPAN),
        ..*policy
    }
}
