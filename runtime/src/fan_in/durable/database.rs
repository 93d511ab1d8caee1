//! What a database has to do, and a [`Store`] made of it.

use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

use super::answer::{Answer, verdict};
use super::claimed::Claimed;
use super::declaration::Declaration;
use super::encoding::encode;
use super::failure::{Failure, again};
use crate::fan_in::identity::FanInIdentity;
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
    #[expect(dead_code, reason = "each database compares it as soon as it checks")]
    pub(in crate::fan_in) inputs: &'a str,
    pub(in crate::fan_in) rules: &'a Rules,
}

/// Keeps joins whose inputs are text. Each method does what the [`Store`](crate::fan_in::Store)'s method of the same name
/// says; an arrival and what a holder says are one round trip each, as a rule. Spans are no longer than
/// [a moment can bear](within).
pub(in crate::fan_in) trait Database: Clone + Send + Sync + 'static {
    fn declaration(&self) -> &Declaration;

    /// Returns the inputs of the joins that are kept under a name; writes these if there are none. Notes the time, by which
    /// an operator sees which functions live.
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
pub(in crate::fan_in) fn declare<D: Database>(database: &D, identity: FanInIdentity) {
    database.declaration().declare(identity);
}

/// Returns the name and the inputs of the function that the database serves, once it is known to keep these.
async fn declared<D: Database>(database: &D) -> Result<(&str, Arc<str>), StoreError> {
    let kept = async |name: &str, inputs: &str| {
        let kept = again(|| database.inputs(name, inputs)).await;
        kept.map_err(Failure::into_error)
    };
    database.declaration().check(kept).await
}

/// The inputs that the database keeps, as they were at the first and at the second attempt of a call.
type Attempts = [OnceLock<Arc<str>>; 2];

/// Makes a call until there is an answer, as often as makes sense. Where the database has lost the function's declaration,
/// declares it and calls once more.
async fn call<'a, D: Database, T, F>(
    database: &'a D,
    rules: &'a Rules,
    [first, second]: &'a Attempts,
    mut call: impl FnMut(Function<'a>) -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let function = function(database, rules, first).await?;
    let answer = match again(|| call(function)).await {
        Err(Failure::Undeclared) => {
            database.declaration().forget();
            let function = self::function(database, rules, second).await?;
            again(|| call(function)).await
        }
        answer => answer,
    };
    answer.map_err(Failure::into_error)
}

async fn function<'a, D: Database>(
    database: &'a D,
    rules: &'a Rules,
    attempt: &'a OnceLock<Arc<str>>,
) -> Result<Function<'a>, StoreError> {
    let (name, inputs) = declared(database).await?;
    Ok(Function {
        name,
        inputs: attempt.get_or_init(|| inputs),
        rules,
    })
}

/// Bounds what a store's method does by the store's [call timeout](Declaration::call_timeout).
async fn bounded<D: Database, T>(
    database: &D,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let bound = database.declaration().call_timeout();
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
        let encoded = encode(&payload)?;
        let (attempts, encoded) = (Attempts::default(), encoded.as_str());
        let arrive = |function| database.arrive(function, key, input, encoded, token);
        call(database, rules, &attempts, arrive).await
    };
    let answer = match bounded(database, answered).await {
        Ok(answer) => answer,
        Err(error) => {
            return Err(Rejected {
                payload,
                error,
                overdue: None,
            });
        }
    };
    let due = hand_out(database, rules, answer.claimed, token).await;
    let claim = due.map(|due| due.claim);
    let overdue = hand_out(database, rules, answer.overdue, token).await;
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
    let attempts = Attempts::default();
    let tell = |function| database.tell(function, key, step, None);
    bounded(database, call(database, rules, &attempts, tell)).await
}

pub(in crate::fan_in) async fn due<D: Database, P: DeserializeOwned>(
    database: &D,
    rules: &Rules,
    token: Token,
    max: usize,
) -> Result<Vec<Due<P>>, StoreError> {
    let rules = &within(rules);
    let attempts = Attempts::default();
    let claim = |function| database.due(function, token, max);
    let claimed = bounded(database, call(database, rules, &attempts, claim)).await?;
    let mut due = Vec::new();
    for claimed in claimed {
        due.extend(hand_out(database, rules, Some(claimed), token).await);
    }
    Ok(due)
}

pub(in crate::fan_in) async fn len<D: Database>(database: &D) -> Result<usize, StoreError> {
    let count = async {
        let (name, _) = declared(database).await?;
        let counted = again(|| database.len(name)).await;
        counted.map_err(Failure::into_error)
    };
    bounded(database, count).await
}

pub(in crate::fan_in) async fn list<D: Database>(
    database: &D,
    rules: &Rules,
    which: Which<'_>,
) -> Result<Vec<Listed>, StoreError> {
    let rules = &within(rules);
    let attempts = Attempts::default();
    let list = |function| database.list(function, which);
    bounded(database, call(database, rules, &attempts, list)).await
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
    rules: &Rules,
    claimed: Option<Claimed>,
    token: Token,
) -> Option<Due<P>> {
    let claimed = claimed?;
    let due = claimed.decode(token);
    if due.is_none() {
        let settlement = Settlement::Undecodable;
        let step = Step::Settle { token, settlement };
        let attempts = Attempts::default();
        let tell = |function| database.tell(function, &claimed.key, step, None);
        let _ = call(database, rules, &attempts, tell).await;
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
            fn declare(&self, identity: $crate::fan_in::FanInIdentity) {
                $crate::fan_in::durable::declare(self, identity);
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
