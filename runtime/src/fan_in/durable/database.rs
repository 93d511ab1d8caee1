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

    /// A settlement, a renewal, or what an operator wants. Whether it counts.
    fn tell(
        &self,
        function: Function<'_>,
        key: &str,
        step: Step,
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

/// The name of the function that it serves, once it is known to have the inputs that are kept.
async fn name<D: Database>(database: &D) -> Result<&str, StoreError> {
    let kept = async |name: &str, inputs: &str| again(|| database.inputs(name, inputs)).await;
    database.declaration().check(kept).await
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
        let name = name(database).await?;
        let function = Function { name, rules };
        let encoded = encode(&payload)?;
        let arrive = || database.arrive(function, key, input, &encoded, token);
        Ok((function, again(arrive).await?))
    };
    let (function, answer) = match answered.await {
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
    let (name, rules) = (name(database).await?, &within(rules));
    let function = Function { name, rules };
    again(|| database.tell(function, key, step)).await
}

pub(in crate::fan_in) async fn due<D: Database, P: DeserializeOwned>(
    database: &D,
    rules: &Rules,
    token: Token,
    max: usize,
) -> Result<Vec<Due<P>>, StoreError> {
    let (name, rules) = (name(database).await?, &within(rules));
    let function = Function { name, rules };
    let mut due = Vec::new();
    for claimed in again(|| database.due(function, token, max)).await? {
        due.extend(hand_out(database, function, Some(claimed), token).await);
    }
    Ok(due)
}

pub(in crate::fan_in) async fn len<D: Database>(database: &D) -> Result<usize, StoreError> {
    let name = name(database).await?;
    again(|| database.len(name)).await
}

pub(in crate::fan_in) async fn list<D: Database>(
    database: &D,
    rules: &Rules,
    which: Which<'_>,
) -> Result<Vec<Listed>, StoreError> {
    let (name, rules) = (name(database).await?, &within(rules));
    let function = Function { name, rules };
    again(|| database.list(function, which)).await
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
        let _ = again(|| database.tell(function, &claimed.key, step)).await;
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
