//! What an operator sees and does, and parked joins.

use std::time::Duration;

use super::subject::{Checked, MINUTE, Subject, ensure, equal, exhausted, is_claim};
use crate::fan_in::{
    Change, JoinQuery, Page, ParkReason, Settlement, Status, Store, Token, Verdict, Work,
};

const ALL: Page<'_> = Page::first(100);

async fn is_listed<S, T>(
    subject: &Subject<S, T>,
    key: &str,
    status: Status,
    age: u64,
    missing: &[u8],
    attempts: u32,
) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let Some(join) = subject.one(key).await? else {
        return Err(format!("`list` must have the join `{key}`"));
    };
    equal("the listed status", join.status, status)?;
    let minutes = join.age.as_secs() / MINUTE.as_secs();
    equal("the listed age in minutes", minutes, age)?;
    let found: Vec<_> = join.missing.iter().collect();
    equal("the listed missing inputs", &found[..], missing)?;
    equal("the listed attempts", join.attempts, attempts)
}

pub(super) async fn list<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let absent = subject.one("order").await?;
    ensure!(
        absent.is_none(),
        "no join exists, and the list has {absent:?}"
    );
    subject.waits("order", 1).await?;
    subject.pass(2 * MINUTE).await;
    is_listed(subject, "order", Status::Open, 2, &[0], 0).await?;
    let (token, _) = subject.runs("order", 0).await?;
    is_listed(subject, "order", Status::Running, 2, &[], 1).await?;
    subject.pass(MINUTE).await;
    subject.settles("order", token, Settlement::Failed).await?;
    is_listed(subject, "order", Status::Ready, 3, &[], 1).await?;
    let (token, _) = subject.runs("order", 0).await?;
    subject
        .settles("order", token, Settlement::Completed)
        .await?;
    subject.pass(3 * MINUTE).await;
    is_listed(subject, "order", Status::Completed, 3, &[], 0).await?;

    subject.waits("late", 0).await?;
    let timeout = subject.policy.timeout;
    subject.pass(timeout + MINUTE).await;
    let token = subject.one_due("late").await?.token;
    let age = timeout.as_secs() / MINUTE.as_secs() + 1;
    is_listed(subject, "late", Status::Expiring, age, &[1], 0).await?;
    subject
        .settles("late", token, Settlement::ExpiryDelivered)
        .await?;
    is_listed(subject, "late", Status::Expired, 0, &[], 0).await
}

pub(super) async fn pages<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let mut keys = [
        "b",
        "a",
        "ä",
        "B",
        "a b",
        "ab",
        "10",
        "9",
        "\u{1F980}",
        "\u{FFFD}",
    ];
    for key in keys {
        subject.waits(key, 0).await?;
    }
    subject.ends("done", Settlement::Completed).await?;
    keys.sort_unstable();
    for limit in [1, 3, 10, 100] {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = Page::after(seen.last().map(String::as_str), limit);
            let listed = subject.keys(JoinQuery::Unsettled(page)).await?;
            ensure!(
                listed.len() <= limit,
                "a page has at most {limit} joins, and has {}",
                listed.len()
            );
            if listed.is_empty() {
                break;
            }
            seen.extend(listed);
            ensure!(
                seen.len() <= keys.len(),
                "the pages must end, and list {seen:?}"
            );
        }
        equal("the listed keys", seen, keys.map(str::to_owned).to_vec())?;
    }
    let none = subject.keys(JoinQuery::Unsettled(Page::first(0))).await?;
    equal("the keys of an empty page", none, Vec::new())
}

pub(super) async fn count<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.counts(0).await?;
    subject.waits("half", 0).await?;
    subject.counts(1).await?;
    let (token, _) = subject.complete("order").await?;
    subject.counts(2).await?;
    subject.settles("order", token, Settlement::Failed).await?;
    subject.counts(2).await?;
    let (token, _) = subject.runs("order", 0).await?;
    subject
        .settles("order", token, Settlement::Completed)
        .await?;
    subject.counts(1).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let token = subject.one_due("half").await?.token;
    subject.counts(1).await?;
    subject
        .settles("half", token, Settlement::ExpiryDelivered)
        .await?;
    subject.counts(0).await
}

pub(super) async fn forget<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.answers("order", Change::Forget, false).await?;
    subject.waits("order", 0).await?;
    subject.answers("order", Change::Forget, true).await?;
    subject.counts(0).await?;
    subject.waits("order", 1).await?;
    let (token, claim) = subject.runs("order", 0).await?;
    is_claim(&claim, Work::Run, 1, &[Some(0), Some(1)])?;
    subject
        .settles("order", token, Settlement::Completed)
        .await?;
    subject.answers("order", Change::Forget, true).await?;
    subject.waits("order", 0).await?;
    subject.rejects("order", token, Settlement::Completed).await
}

pub(super) async fn holder<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    for change in [Change::Retry, Change::Forget] {
        subject.answers("absent", change, false).await?;
    }
    let (token, _) = subject.complete("order").await?;
    for change in [Change::Retry, Change::Forget] {
        subject.answers("order", change, false).await?;
    }
    subject
        .settles("order", token, Settlement::Completed)
        .await?;
    subject.answers("order", Change::Retry, false).await
}

pub(super) async fn parked<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    exhaust(subject).await?;
    for input in [0, 1] {
        let verdict = subject
            .arrive("order", input, Token::random())
            .await?
            .verdict;
        ensure!(
            matches!(&verdict, Verdict::Parked(own) if *own == super::subject::payload(input)),
            "the join is parked, and the verdict is {verdict:?}"
        );
    }
    let parked = subject.keys(JoinQuery::Parked(ALL)).await?;
    equal("the parked keys", parked, vec!["order".to_owned()])?;
    is_listed(
        subject,
        "order",
        Status::Parked(ParkReason::Attempts),
        0,
        &[],
        2,
    )
    .await?;
    subject.counts(1).await
}

/// Makes the join fail as often as the policy allows.
async fn exhaust<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.ends("order", Settlement::Failed).await?;
    let (token, _) = subject.runs("order", 0).await?;
    subject.settles("order", token, Settlement::Failed).await
}

pub(super) async fn retry<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    exhaust(subject).await?;
    let policy = &subject.policy;
    subject.pass(policy.dedup_window + policy.timeout).await;
    subject.none_due().await?;
    subject.waits("another", 0).await?;
    subject.answers("order", Change::Retry, true).await?;
    let parked = subject.keys(JoinQuery::Parked(ALL)).await?;
    equal("the parked keys", parked, Vec::new())?;
    for attempts in [1, 2] {
        let due = subject.one_due("order").await?;
        is_claim(&due.claim, Work::Run, attempts, &[Some(0), Some(1)])?;
        subject
            .settles("order", due.token, Settlement::Failed)
            .await?;
        subject.pass(policy.backoff + MINUTE).await;
    }
    let parked = subject.keys(JoinQuery::Parked(ALL)).await?;
    equal("the parked keys", parked, vec!["order".to_owned()])?;
    subject.answers("order", Change::Forget, true).await?;
    subject.counts(1).await?;
    subject.waits("order", 1).await
}

/// The worker of the last attempt is gone.
pub(super) async fn last_attempt_died<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    for key in ["arrival", "sweep"] {
        subject.complete(key).await?;
    }
    subject.pass(subject.policy.lease + MINUTE).await;
    let verdict = subject.arrive("arrival", 0, Token::random()).await?.verdict;
    ensure!(
        matches!(verdict, Verdict::Parked(_)),
        "no attempt is left, and the verdict is {verdict:?}"
    );
    let claims = subject.sweep(Token::random(), 10).await?.claims;
    ensure!(
        claims.is_empty(),
        "no attempt is left, and the sweep claims {claims:?}"
    );
    let parked = subject.keys(JoinQuery::Parked(ALL)).await?;
    let expected = ["arrival", "sweep"].map(str::to_owned).to_vec();
    equal("the parked keys", parked, expected)
}

/// The workers of the last attempts are gone. An arrival, a sweep, and an arrival at another join find that out.
pub(super) async fn reports_parked_joins<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let arrive = async |key| subject.arrive(key, 0, Token::random()).await;
    let sweep = async || subject.sweep(Token::random(), 10).await;
    for key in ["arrival", "sweep", "another sweep"] {
        subject.complete(key).await?;
    }
    subject.pass(subject.policy.lease + MINUTE).await;
    for expected in [1, 0] {
        let parked = arrive("arrival").await?.parked;
        let what = "the joins that an arrival parks";
        equal(what, parked, exhausted(expected))?;
    }
    for expected in [2, 0] {
        let parked = sweep().await?.parked;
        equal("the joins that a sweep parks", parked, exhausted(expected))?;
    }

    subject.complete("elsewhere").await?;
    let policy = &subject.policy;
    subject.pass(policy.timeout + policy.lease).await;
    // A store need not search for other joins.
    let reported = arrive("new").await?.parked;
    let listed = subject.keys(JoinQuery::Parked(ALL)).await?;
    let is_parked = listed.iter().any(|key| key == "elsewhere");
    let expected = exhausted(usize::from(is_parked));
    equal("the other joins that an arrival parks", reported, expected)?;
    let parked = sweep().await?.parked;
    let left = exhausted(usize::from(!is_parked));
    equal("the joins that the next sweep parks", parked, left)
}
