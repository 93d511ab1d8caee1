//! What a database has to do, and a [`Store`] made of it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

use super::answer::{Answer, verdict};
use super::claimed::Claimed;
use super::declaration::Declaration;
use super::encoding::encode;
use super::failure::{Failure, again};
use crate::fan_in::listed::{Listed, Which};
use crate::fan_in::state::{Moment, Rules, Settlement, Step, Token};
use crate::fan_in::store::{Arrived, Due, Rejected, StoreError};

/// A hundred thousand years. No sum of a clock and a span is more than a number of 64 bits in whatever language holds.
const LONGEST: Moment = 1 << 51;

/// The function whose joins are concerned, for a database that keeps those of several.
#[derive(Clone, Copy, Debug)]
pub(in crate::fan_in) struct Function<'a> {
    pub(in crate::fan_in) name: &'a str,
    /// Its inputs, as [`Database::inputs`] wrote them. A database that finds others answers [`Failure::Undeclared`].
    pub(in crate::fan_in) inputs: &'a str,
    pub(in crate::fan_in) rules: &'a Rules,
}

/// Keeps joins whose inputs are text. Each method does what the [`Store`](crate::fan_in::Store)'s method of the same name
/// says; an arrival and what a holder says are one round trip each, as a rule. Spans are no longer than
/// [a moment can bear](within).
pub(in crate::fan_in) trait Database: Clone + Send + Sync + 'static {
    fn declaration(&self) -> &Declaration;

    /// The inputs of the joins that are kept under a name; these from now on, if there was nothing.
    fn inputs(
        &self,
        name: &str,
        inputs: &str,
    ) -> impl Future<Output = Result<String, Failure>> + Send;

    fn arrive(
        &self,
        function: Function<'_>,
        key: &str,
        input: u8,
        payload: &str,
        token: Token,
    ) -> impl Future<Output = Result<Answer, Failure>> + Send;

    /// Applies a settlement, a renewal, or what an operator wants. Returns whether it counts.
    ///
    /// `detail` is what an operator has to know of an input that cannot be decoded; [`Listed::detail`] shows it.
    fn tell(
        &self,
        function: Function<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    fn due(
        &self,
        function: Function<'_>,
        token: Token,
        max: usize,
    ) -> impl Future<Output = Result<Vec<Claimed>, Failure>> + Send;

    fn len(&self, name: &str) -> impl Future<Output = Result<usize, Failure>> + Send;

    fn list(
        &self,
        function: Function<'_>,
        which: Which<'_>,
    ) -> impl Future<Output = Result<Vec<Listed>, Failure>> + Send;
}

/// Passes on what a [`Join`](crate::fan_in::Join) is of.
pub(in crate::fan_in) fn declare<D: Database>(
    database: &D,
    join: &'static str,
    inputs: &'static [&'static str],
) {
    database.declaration().declare(join, inputs);
}

/// Returns the name and the inputs of the function that the database serves, once it is known to keep these.
async fn declared<D: Database>(database: &D) -> Result<(&str, &str), StoreError> {
    let kept = async |name: &str, inputs: &str| {
        let kept = again(|| database.inputs(name, inputs)).await;
        kept.map_err(Failure::into_error)
    };
    database.declaration().check(kept).await
}

async fn function<'a, D: Database>(
    database: &'a D,
    rules: &'a Rules,
) -> Result<Function<'a>, StoreError> {
    let (name, inputs) = declared(database).await?;
    Ok(Function {
        name,
        inputs,
        rules,
    })
}

/// Makes a call until there is an answer, as often as makes sense. Where the database has lost the function's declaration,
/// declares it and calls once more.
async fn call<D: Database, T, F>(database: &D, mut call: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let answer = match again(&mut call).await {
        Err(Failure::Undeclared) => {
            database.declaration().forget();
            declared(database).await?;
            again(call).await
        }
        answer => answer,
    };
    answer.map_err(Failure::into_error)
}

/// Bounds what a store's method does by the store's [call timeout](Declaration::call_timeout).
async fn bounded<D: Database, T>(
    database: &D,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    within_call_timeout(database.declaration(), answer).await
}

/// Bounds what a store does by its [call timeout](Declaration::call_timeout).
pub(in crate::fan_in) async fn within_call_timeout<T>(
    declaration: &Declaration,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let bound = declaration.call_timeout();
    let late = |_| {
        let late = format!("the store did not answer within {bound:?}");
        StoreError::Failed(late.into())
    };
    tokio::time::timeout(bound, answer).await.map_err(late)?
}

pub(in crate::fan_in) async fn arrive<D: Database, P: Serialize + DeserializeOwned>(
    database: &D,
    rules: &Rules,
    key: &str,
    input: u8,
    payload: P,
    token: Token,
) -> Result<Arrived<P>, Rejected<P>> {
    let rules = &within(rules);
    let answered = async {
        let function = function(database, rules).await?;
        let encoded = encode(&payload)?;
        let arrive = || database.arrive(function, key, input, &encoded, token);
        Ok((function, call(database, arrive).await?))
    };
    let (function, answer) = match bounded(database, answered).await {
        Ok(answered) => answered,
        Err(error) => {
            return Err(Rejected {
                payload,
                error,
                overdue: None,
            });
        }
    };
    let due = hand_out(database, function, answer.claimed, token).await;
    let claim = due.map(|due| due.claim);
    let overdue = hand_out(database, function, answer.overdue, token).await;
    Ok(Arrived {
        verdict: verdict(answer.reply, answer.at, claim, payload),
        overdue: overdue.map(Box::new),
    })
}

pub(in crate::fan_in) async fn tell<D: Database>(
    database: &D,
    rules: &Rules,
    key: &str,
    step: Step,
) -> Result<bool, StoreError> {
    let rules = &within(rules);
    let told = async {
        let function = function(database, rules).await?;
        call(database, || database.tell(function, key, step, None)).await
    };
    bounded(database, told).await
}

pub(in crate::fan_in) async fn due<D: Database, P: DeserializeOwned>(
    database: &D,
    rules: &Rules,
    token: Token,
    max: usize,
) -> Result<Vec<Due<P>>, StoreError> {
    let rules = &within(rules);
    let claimed = async {
        let function = function(database, rules).await?;
        let claim = || database.due(function, token, max);
        Ok((function, call(database, claim).await?))
    };
    let (function, claimed) = bounded(database, claimed).await?;
    let mut due = Vec::new();
    for claimed in claimed {
        due.extend(hand_out(database, function, Some(claimed), token).await);
    }
    Ok(due)
}

pub(in crate::fan_in) async fn len<D: Database>(database: &D) -> Result<usize, StoreError> {
    let counted = async {
        let (name, _) = declared(database).await?;
        call(database, || database.len(name)).await
    };
    bounded(database, counted).await
}

pub(in crate::fan_in) async fn list<D: Database>(
    database: &D,
    rules: &Rules,
    which: Which<'_>,
) -> Result<Vec<Listed>, StoreError> {
    let rules = &within(rules);
    let listed = async {
        let function = function(database, rules).await?;
        call(database, || database.list(function, which)).await
    };
    bounded(database, listed).await
}

/// Lets go without waiting; outside of a runtime the lease does.
pub(in crate::fan_in) fn abandon<D: Database>(
    database: &D,
    rules: &Rules,
    key: &str,
    token: Token,
    settlement: Settlement,
) {
    if let Ok(runtime) = Handle::try_current() {
        let (database, key, rules) = (database.clone(), key.to_owned(), *rules);
        runtime.spawn(async move {
            let step = Step::Settle { token, settlement };
            let _ = tell(&database, &rules, &key, step).await;
        });
    }
}

/// A claim with its inputs. If one cannot be decoded, the join is parked; should that fail, by whoever claims it when the
/// lease is over.
async fn hand_out<D: Database, P: DeserializeOwned>(
    database: &D,
    function: Function<'_>,
    claimed: Option<Claimed>,
    token: Token,
) -> Option<Due<P>> {
    let claimed = claimed?;
    let due = claimed.decode(token);
    if due.is_none() {
        let settlement = Settlement::Undecodable;
        let step = Step::Settle { token, settlement };
        let tell = || database.tell(function, &claimed.key, step, None);
        let _ = call(database, tell).await;
    }
    due
}

/// No span is so long that a moment after it cannot be written down.
fn within(rules: &Rules) -> Rules {
    Rules {
        timeout: rules.timeout.min(LONGEST),
        lease: rules.lease.min(LONGEST),
        backoff: rules.backoff.min(LONGEST),
        dedup_window: rules.dedup_window.min(LONGEST),
        ..*rules
    }
}

/// Makes a [`Store`](crate::fan_in::Store) of a [`Database`].
macro_rules! store {
    ($database:ty) => {
        impl<P> $crate::fan_in::Store<P> for $database
        where
            P: serde::Serialize + serde::de::DeserializeOwned + Send + Sync,
        {
            fn declare(&self, join: &'static str, inputs: &'static [&'static str]) {
                $crate::fan_in::durable::declare(self, join, inputs);
            }

            async fn arrive(
                &self,
                key: &str,
                rules: &$crate::fan_in::Rules,
                input: u8,
                payload: P,
                token: $crate::fan_in::Token,
            ) -> Result<$crate::fan_in::Arrived<P>, $crate::fan_in::Rejected<P>> {
                $crate::fan_in::durable::arrive(self, rules, key, input, payload, token).await
            }

            async fn settle(
                &self,
                key: &str,
                rules: &$crate::fan_in::Rules,
                token: $crate::fan_in::Token,
                settlement: $crate::fan_in::Settlement,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::state::Step::Settle { token, settlement };
                $crate::fan_in::durable::tell(self, rules, key, step).await
            }

            async fn renew(
                &self,
                key: &str,
                rules: &$crate::fan_in::Rules,
                token: $crate::fan_in::Token,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::state::Step::Renew { token };
                $crate::fan_in::durable::tell(self, rules, key, step).await
            }

            async fn due(
                &self,
                rules: &$crate::fan_in::Rules,
                token: $crate::fan_in::Token,
                max: usize,
            ) -> Result<Vec<$crate::fan_in::Due<P>>, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::due(self, rules, token, max).await
            }

            async fn len(&self) -> Result<usize, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::len(self).await
            }

            async fn list(
                &self,
                rules: &$crate::fan_in::Rules,
                which: $crate::fan_in::Which<'_>,
            ) -> Result<Vec<$crate::fan_in::Listed>, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::list(self, rules, which).await
            }

            async fn retry(
                &self,
                key: &str,
                rules: &$crate::fan_in::Rules,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::state::Step::Retry;
                $crate::fan_in::durable::tell(self, rules, key, step).await
            }

            async fn forget(
                &self,
                key: &str,
                rules: &$crate::fan_in::Rules,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                let step = $crate::fan_in::state::Step::Forget;
                $crate::fan_in::durable::tell(self, rules, key, step).await
            }

            fn abandon(
                &self,
                key: &str,
                rules: &$crate::fan_in::Rules,
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
