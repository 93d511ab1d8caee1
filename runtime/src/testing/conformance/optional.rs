//! The rules of optional inputs. The input at place 1 is optional.

use std::time::Duration;

use super::lists::has;
use super::subject::{Checked, MINUTE, Subject, ensure, is_claim};
use crate::fan_in::{Settlement, Store, Token, Verdict, Work};

pub(super) async fn at_once<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 0).await?;
    let (_, claim) = subject.runs("order", 1).await?;
    is_claim(&claim, Work::Run, 1, &[Some(0), Some(1)])
}

pub(super) async fn without<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 0).await?;
    subject.pass(subject.policy.timeout).await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::Run, 1, &[Some(0), None])?;
    // No attempt gets it from now on.
    subject.is_closed("order", 1.into()).await?;
    subject
        .settles("order", due.token, Settlement::Failed)
        .await?;
    subject.is_closed("order", 1.into()).await?;
    // The body has a deadline of its own.
    subject
        .pass(subject.policy.timeout.saturating_sub(10 * MINUTE))
        .await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::Run, 2, &[Some(0), None])?;
    subject
        .settles("order", due.token, Settlement::Completed)
        .await
}

pub(super) async fn late<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 0).await?;
    subject.pass(subject.policy.timeout).await;
    // The input runs the join, which it is no part of.
    let (_, claim) = subject.runs("order", 1).await?;
    is_claim(&claim, Work::Run, 1, &[Some(0), None])
}

pub(super) async fn elsewhere<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 0).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    // An arrival at another join cannot run the body, and leaves it to a sweep.
    subject.waits("another", 0).await?;
    subject
        .pass(subject.policy.timeout.saturating_sub(10 * MINUTE))
        .await;
    subject.waits("third", 0).await?;
    subject.pass(10 * MINUTE).await;
    let arrived = subject.arrive("third", 0, Token::random()).await?;
    // An arrival need not find the join, for example in another shard.
    match arrived.overdue {
        Some(overdue) => is_claim(&overdue.claim, Work::DeliverExpired, 0, &[Some(0), None]),
        None => Ok(()),
    }
}

pub(super) async fn required<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 1).await?;
    subject.pass(subject.policy.timeout).await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::DeliverExpired, 0, &[None, Some(1)])?;
    let late = subject.arrive("order", 0, Token::random()).await?;
    ensure!(
        matches!(late.verdict, Verdict::Expired(_)),
        "an input of an expired join is returned, and the verdict is {:?}",
        late.verdict
    );
    let (_, claim) = subject.complete("complete").await?;
    has(
        &claim,
        &[
            (0, &super::subject::payload(0)),
            (1, &super::subject::payload(1)),
        ],
    )
}
