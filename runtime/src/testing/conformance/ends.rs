//! Every join ends, and is remembered for its dedup window.

use std::time::Duration;

use super::subject::{Checked, MINUTE, Subject, ensure, equal, is_claim, payload};
use crate::fan_in::{JoinQuery, Page, Settlement, Status, Store, Token, Verdict, Work};

pub(super) async fn timeout<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let half = subject.policy.timeout / 2;
    subject.waits("order", 1).await?;
    subject.pass(half).await;
    // A second input does not extend the time.
    subject.waits("order", 2).await?;
    subject.pass(half.saturating_sub(MINUTE)).await;
    subject.none_due().await?;
    subject.pass(2 * MINUTE).await;
    let due = subject.one_due("order").await?;
    is_claim(
        &due.claim,
        Work::DeliverExpired,
        0,
        &[None, Some(1), Some(2)],
    )?;
    subject.none_due().await?;
    subject.counts(1).await?;
    subject
        .settles("order", due.token, Settlement::ExpiryDelivered)
        .await?;
    subject.counts(0).await
}

pub(super) async fn late_arrival<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 0).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let token = Token::random();
    let arrived = subject.arrive("order", 1, token).await?;
    let Verdict::DeliverExpired {
        claim,
        payload: own,
    } = arrived.verdict
    else {
        return Err(format!(
            "the join has expired, and the verdict is {:?}",
            arrived.verdict
        ));
    };
    is_claim(&claim, Work::DeliverExpired, 0, &[Some(0), None])?;
    equal("the returned input", own, payload(1))?;
    ensure!(
        arrived.overdue.is_none(),
        "no other join is overdue, and the arrival claims {:?}",
        arrived.overdue
    );
    let other = subject.arrive("order", 1, Token::random()).await?.verdict;
    ensure!(
        matches!(other, Verdict::Expired(_)),
        "another worker delivers the join, and the verdict is {other:?}"
    );
    subject
        .settles("order", token, Settlement::ExpiryDelivered)
        .await
}

/// A store need not search for other joins. If it does, it claims one that has expired.
pub(super) async fn other_join<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    for key in ["first", "second"] {
        subject.waits(key, 0).await?;
    }
    let (held, _) = subject.complete("held").await?;
    subject
        .answers("held", crate::fan_in::Change::Renew { token: held }, true)
        .await?;
    subject.settles("held", held, Settlement::Completed).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let mut found = Vec::new();
    for key in ["a", "b", "c"] {
        let token = Token::random();
        let arrived = subject.arrive(key, 0, token).await?;
        ensure!(
            matches!(arrived.verdict, Verdict::Waiting(_)),
            "the input must wait, and the verdict is {:?}",
            arrived.verdict
        );
        let Some(due) = arrived.overdue else { continue };
        equal("the token of the other join", due.token, token)?;
        is_claim(&due.claim, Work::DeliverExpired, 0, &[Some(0), None])?;
        ensure!(
            ["first", "second"].contains(&due.key.as_str()) && !found.contains(&due.key),
            "an arrival may claim a join that has expired, once, and claims `{}`",
            due.key
        );
        subject
            .settles(&due.key, token, Settlement::ExpiryDelivered)
            .await?;
        found.push(due.key);
    }
    Ok(())
}

pub(super) async fn failed_delivery<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 0).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let token = subject.one_due("order").await?.token;
    subject
        .settles("order", token, Settlement::ExpiryFailed)
        .await?;
    subject.none_due().await?;
    subject.pass(subject.policy.backoff + MINUTE).await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::DeliverExpired, 0, &[Some(0), None])?;
    subject
        .rejects("order", token, Settlement::ExpiryDelivered)
        .await?;
    subject
        .settles("order", due.token, Settlement::ExpiryDelivered)
        .await
}

pub(super) async fn complete_join<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.ends("order", Settlement::Failed).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::DeliverExpired, 1, &[Some(0), Some(1)])?;
    subject
        .settles("order", due.token, Settlement::ExpiryDelivered)
        .await
}

pub(super) async fn dedup_window<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.ends("done", Settlement::Completed).await?;
    subject.waits("late", 0).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let token = subject.one_due("late").await?.token;
    subject
        .settles("late", token, Settlement::ExpiryDelivered)
        .await?;
    let passed = subject.policy.timeout + 2 * MINUTE;
    let rest = subject.policy.dedup_window.saturating_sub(passed);
    subject.pass(rest).await;
    for input in [0, 1] {
        let done = subject
            .arrive("done", input, Token::random())
            .await?
            .verdict;
        ensure!(
            matches!(&done, Verdict::Completed(own) if *own == payload(input)),
            "the join has completed within the window, and the verdict is {done:?}"
        );
        let late = subject
            .arrive("late", input, Token::random())
            .await?
            .verdict;
        ensure!(
            matches!(&late, Verdict::Expired(own) if *own == payload(input)),
            "the join has expired within the window, and the verdict is {late:?}"
        );
    }
    subject.pass(subject.policy.timeout + 2 * MINUTE).await;
    for key in ["done", "late"] {
        let listed = subject.one(key).await?;
        ensure!(
            listed.is_none(),
            "the window of `{key}` has passed, and the list has {listed:?}"
        );
        subject.waits(key, 1).await?;
        let status = subject.one(key).await?.map(|join| join.status);
        equal("the listed status", status, Some(Status::Open))?;
    }
    Ok(())
}

pub(super) async fn retention<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let policy = &subject.policy;
    subject.waits("open", 0).await?;
    subject.ends("ready", Settlement::Failed).await?;
    subject.ends("parked", Settlement::Failed).await?;
    let (token, _) = subject.runs("parked", 0).await?;
    subject.settles("parked", token, Settlement::Failed).await?;
    subject.complete("running").await?;
    subject.ends("done", Settlement::Completed).await?;
    subject
        .pass(10 * policy.dedup_window + policy.timeout)
        .await;
    // An arrival and a sweep may remove what has ended. The arrival releases what it claims.
    let token = Token::random();
    if let Some(due) = subject.arrive("later", 0, token).await?.overdue {
        subject
            .settles(&due.key, token, Settlement::Released)
            .await?;
    }
    let due = subject.due(Token::random(), 0).await?;
    ensure!(
        due.is_empty(),
        "a sweep may claim no join, and claims {due:?}"
    );
    ensure!(
        subject.one("done").await?.is_none(),
        "the dedup window of `done` has passed"
    );
    let left = subject.keys(JoinQuery::Unsettled(Page::first(100))).await?;
    let expected = ["later", "open", "parked", "ready", "running"];
    equal(
        "the keys of the kept joins",
        left,
        expected.map(str::to_owned).to_vec(),
    )?;
    for due in subject.due(Token::random(), 100).await? {
        let inputs: &[_] = match due.key.as_str() {
            "open" => &[Some(0), None],
            _ => &[Some(0), Some(1)],
        };
        is_claim(&due.claim, due.claim.work, due.claim.attempts, inputs)?;
    }
    subject
        .answers("parked", crate::fan_in::Change::Retry, true)
        .await?;
    let (_, claim) = subject.runs("parked", 0).await?;
    is_claim(&claim, Work::Run, 1, &[Some(0), Some(1)])
}
