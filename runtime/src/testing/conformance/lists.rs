//! The rules of lists.

use std::time::Duration;

use super::subject::{Checked, Subject, ensure, equal};
use crate::fan_in::{
    ArrivingInput, Claim, Counts, ListLimit, Settlement, Store, StoreError, Token, Verdict, Work,
};

/// The list beside the single input at place 0.
const LIST: u8 = 1;

/// Returns a single input that gives the list this count.
fn order(count: u16) -> ArrivingInput<'static> {
    ArrivingInput::from(0).with_counts(Counts::default().with(LIST, count))
}

fn element(id: &str) -> ArrivingInput<'_> {
    ArrivingInput::element(LIST, id)
}

/// Returns an element of a list alone, which gives its own count.
fn reply(id: &str, count: u16) -> ArrivingInput<'_> {
    ArrivingInput::element(0, id).with_counts(Counts::default().with(0, count))
}

/// Returns the payload of an input: the identity of an element.
fn payload(input: ArrivingInput<'_>) -> String {
    input.id.unwrap_or("order").to_owned()
}

impl<S: Store<String>, T: AsyncFn(Duration)> Subject<S, T> {
    async fn verdict(&self, key: &str, input: ArrivingInput<'_>) -> Checked<Verdict<String>> {
        let arrived = self.arrive_as(key, input, payload(input), Token::random());
        Ok(arrived.await?.verdict)
    }

    /// Makes an arrival that waits, with this many elements in the list then.
    pub(super) async fn waits_with(
        &self,
        key: &str,
        input: ArrivingInput<'_>,
        len: u16,
        count: Option<u16>,
    ) -> Checked {
        let list = self.policy.lists.iter().next().unwrap_or_default();
        match self.verdict(key, input).await? {
            Verdict::Waiting(arrived) => {
                equal("the elements that wait", arrived.lists.len(list), len)?;
                equal("the count", arrived.lists.counts().get(list), count)
            }
            verdict => Err(format!(
                "{input:?} must wait, and the verdict is {verdict:?}"
            )),
        }
    }

    pub(super) async fn runs_with(
        &self,
        key: &str,
        input: ArrivingInput<'_>,
    ) -> Checked<(Token, Claim<String>)> {
        let token = Token::random();
        let arrived = self.arrive_as(key, input, payload(input), token);
        match arrived.await?.verdict {
            Verdict::Run(claim) => Ok((token, claim)),
            verdict => Err(format!(
                "{input:?} must run, and the verdict is {verdict:?}"
            )),
        }
    }

    pub(super) async fn is_closed(&self, key: &str, input: ArrivingInput<'_>) -> Checked {
        match self.verdict(key, input).await? {
            Verdict::Closed { payload: back, .. } => {
                equal("the returned input", back, payload(input))
            }
            verdict => Err(format!(
                "{input:?} must be closed, and the verdict is {verdict:?}"
            )),
        }
    }

    async fn is_duplicate(&self, key: &str, input: ArrivingInput<'_>) -> Checked {
        let verdict = self.verdict(key, input).await?;
        ensure!(
            matches!(verdict, Verdict::Duplicate(_)),
            "{input:?} must be a duplicate, and the verdict is {verdict:?}"
        );
        Ok(())
    }
}

/// Returns an error unless the claim has exactly these inputs.
pub(super) fn has(claim: &Claim<String>, inputs: &[(u8, &str)]) -> Checked {
    equal("the work of the claim", claim.work, Work::Run)?;
    let found = claim.inputs.iter();
    let found: Vec<_> = found
        .map(|input| (input.place, input.payload.as_str()))
        .collect();
    equal("the inputs of the claim", &found[..], inputs)
}

pub(super) async fn count<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits_with("order", element("b"), 1, None).await?;
    subject.waits_with("order", order(3), 1, Some(3)).await?;
    subject
        .waits_with("order", element("a"), 2, Some(3))
        .await?;
    let (token, claim) = subject.runs_with("order", element("c")).await?;
    has(&claim, &[(0, "order"), (1, "b"), (1, "a"), (1, "c")])?;
    equal("the count of the claim", claim.counts.get(LIST), Some(3))?;
    subject
        .settles("order", token, Settlement::Completed)
        .await?;

    // The count comes last, and is zero, and is less than what has come.
    subject.waits_with("last", element("a"), 1, None).await?;
    let (_, claim) = subject.runs_with("last", order(1)).await?;
    has(&claim, &[(0, "order"), (1, "a")])?;
    let (_, claim) = subject.runs_with("zero", order(0)).await?;
    has(&claim, &[(0, "order")])?;
    subject.waits_with("more", element("a"), 1, None).await?;
    subject.waits_with("more", element("b"), 2, None).await?;
    let (_, claim) = subject.runs_with("more", order(1)).await?;
    has(&claim, &[(0, "order"), (1, "a"), (1, "b")])
}

pub(super) async fn duplicate<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits_with("order", element("a"), 1, None).await?;
    subject.is_duplicate("order", element("a")).await?;
    subject.waits_with("order", order(2), 1, Some(2)).await?;
    subject.is_duplicate("order", element("a")).await?;
    // A repeated order gives another count. The first one stays.
    subject.is_duplicate("order", order(1)).await?;
    let join = subject.one("order").await?;
    let [list] = join.as_ref().map_or(&[][..], |join| &join.lists[..]) else {
        return Err(format!("one list must be listed, and {join:?} is"));
    };
    equal("the distinct elements", list.distinct, 1)?;
    equal("the repeated elements", list.repeated, 2)?;
    equal("the listed count", list.count, Some(2))?;
    let (_, claim) = subject.runs_with("order", element("b")).await?;
    has(&claim, &[(0, "order"), (1, "a"), (1, "b")])
}

pub(super) async fn closed<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (token, _) = {
        subject.waits_with("order", order(1), 0, Some(1)).await?;
        subject.runs_with("order", element("a")).await?
    };
    subject.is_closed("order", element("a")).await?;
    subject.is_closed("order", element("b")).await?;
    subject.settles("order", token, Settlement::Failed).await?;
    subject.is_closed("order", element("a")).await?;
    let (token, claim) = subject.runs_with("order", order(7)).await?;
    has(&claim, &[(0, "order"), (1, "a")])?;
    // The second failure is the last attempt.
    subject.settles("order", token, Settlement::Failed).await?;
    subject.is_closed("order", element("b")).await?;
    let parked = subject.verdict("order", order(1)).await?;
    ensure!(
        matches!(parked, Verdict::Parked(_)),
        "a single input of a parked join is parked, and the verdict is {parked:?}"
    );
    Ok(())
}

/// A list alone: a quorum.
pub(super) async fn alone<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits_with("two", reply("a", 2), 1, Some(2)).await?;
    let (token, claim) = subject.runs_with("two", reply("b", 2)).await?;
    has(&claim, &[(0, "a"), (0, "b")])?;
    subject.is_closed("two", reply("c", 2)).await?;
    subject.settles("two", token, Settlement::Completed).await?;
    let late = subject.verdict("two", reply("d", 2)).await?;
    ensure!(
        matches!(late, Verdict::Completed(_)),
        "an element of a completed join is returned, and the verdict is {late:?}"
    );
    let (_, claim) = subject.runs_with("one", reply("a", 1)).await?;
    has(&claim, &[(0, "a")])
}

/// The policy allows three elements.
pub(super) async fn limit<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    for (len, id) in (1..).zip(["a", "b", "c"]) {
        subject.waits_with("order", element(id), len, None).await?;
    }
    subject.is_closed("order", element("d")).await?;
    subject.is_duplicate("order", element("a")).await?;
    let (_, claim) = subject.runs_with("order", order(3)).await?;
    has(&claim, &[(0, "order"), (1, "a"), (1, "b"), (1, "c")])
}

/// The policy allows a hundred bytes.
pub(super) async fn bytes<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let long = "x".repeat(200);
    let (store, policy) = (&subject.store, &subject.policy);
    for key in ["absent", "open"] {
        if key == "open" {
            subject.waits_with(key, order(1), 0, Some(1)).await?;
        }
        let arrived = store.arrive(key, policy, element("a"), long.clone(), Token::random());
        match arrived.await {
            Err(rejected) => {
                let is_over = matches!(
                    rejected.error,
                    StoreError::OverLimit(ListLimit::Bytes { .. })
                );
                ensure!(is_over, "the error must be of the bytes: {rejected:?}");
                equal("the returned input", &rejected.payload, &long)?;
            }
            Ok(arrived) => {
                return Err(format!(
                    "an element beyond the bytes must be rejected, and the response is {arrived:?}"
                ));
            }
        }
    }
    equal(
        "`len` after a rejected first input",
        subject.one("absent").await?,
        None,
    )?;
    let (_, claim) = subject.runs_with("open", element("a")).await?;
    has(&claim, &[(0, "order"), (1, "a")])
}

/// One identity in two joins, and in two lives of one key.
pub(super) async fn identities<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    for key in ["one", "other"] {
        subject.waits_with(key, element("a"), 1, None).await?;
    }
    subject
        .answers("one", crate::fan_in::Change::Forget, true)
        .await?;
    subject.waits_with("one", element("b"), 1, None).await?;
    subject.waits_with("one", element("a"), 2, None).await?;
    let (_, claim) = subject.runs_with("one", order(2)).await?;
    has(&claim, &[(0, "order"), (1, "b"), (1, "a")])?;
    let (_, claim) = subject.runs_with("other", order(1)).await?;
    has(&claim, &[(0, "order"), (1, "a")])
}

/// The policy has two lists, and one input counts both.
pub(super) async fn two<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let counts = Counts::default().with(1, 1).with(2, 2);
    let other = |id| ArrivingInput::element(2, id);
    let order = ArrivingInput::from(0).with_counts(counts);
    subject.waits_with("order", other("a"), 0, None).await?;
    subject.waits_with("order", order, 0, Some(1)).await?;
    subject
        .waits_with("order", element("a"), 1, Some(1))
        .await?;
    subject.is_closed("order", element("b")).await?;
    let (_, claim) = subject.runs_with("order", other("b")).await?;
    has(&claim, &[(0, "order"), (1, "a"), (2, "a"), (2, "b")])
}

/// More elements than a store reads in two pages.
pub(super) async fn long<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    const ELEMENTS: u16 = 1_100;
    let ids: Vec<String> = (0..ELEMENTS)
        .map(|id| (ELEMENTS - id).to_string())
        .collect();
    for (len, id) in (1..).zip(&ids) {
        subject.waits_with("order", element(id), len, None).await?;
    }
    let (token, claim) = subject.runs_with("order", order(ELEMENTS)).await?;
    let found: Vec<_> = claim.at(LIST).iter().map(|input| &*input.payload).collect();
    ensure!(
        found.iter().copied().eq(&ids),
        "a list of {ELEMENTS} elements must be handed over in order of arrival"
    );
    subject.settles("order", token, Settlement::Completed).await
}
