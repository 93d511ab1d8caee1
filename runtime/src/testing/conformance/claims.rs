//! One worker holds a join, and only that worker settles it.

use std::time::Duration;

use super::subject::{Checked, MINUTE, SETTLEMENTS, Subject, ensure, equal, is_claim};
use super::together::join_all;
use crate::fan_in::{Change, Settlement, Status, Store, Token, Verdict, Work};
use crate::support::timer::Timer;

const BOTH: [Option<u8>; 2] = [Some(0), Some(1)];

pub(super) async fn one_holder<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (token, _) = subject.complete("order").await?;
    for input in [0, 1] {
        let verdict = subject
            .arrive("order", input, Token::random())
            .await?
            .verdict;
        ensure!(
            matches!(verdict, Verdict::Busy { .. }),
            "a worker holds the join, and the verdict for another is {verdict:?}"
        );
    }
    subject.none_due().await?;
    subject.settles("order", token, Settlement::Completed).await
}

pub(super) async fn one_sweep<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    const JOINS: usize = 20;
    for number in 0..JOINS {
        subject.waits(&number.to_string(), 0).await?;
    }
    subject.pass(subject.policy.timeout + MINUTE).await;
    let sweep = async || {
        let mut claimed = Vec::new();
        loop {
            let token = Token::random();
            let due = subject.due(token, 3).await?;
            ensure!(
                due.len() <= 3,
                "a sweep may claim three joins, and claims {}",
                due.len()
            );
            if due.is_empty() {
                return Ok(claimed);
            }
            claimed.extend(due.into_iter().map(|due| due.key));
            ensure!(
                claimed.len() <= JOINS,
                "{JOINS} joins are due, and one worker claims more"
            );
        }
    };
    let sweeps = [(); 4].map(|()| Box::pin(sweep()));
    let mut claimed = Vec::new();
    for of_one in join_all(sweeps).await {
        claimed.extend(of_one?);
    }
    // A sweep may find nothing while others hold locks. The next sweep finds the join.
    claimed.extend(sweep().await?);
    let all = claimed.len();
    claimed.sort_unstable();
    claimed.dedup();
    equal("the claims of all sweeps", all, JOINS)?;
    equal("the joins that sweeps have claimed", claimed.len(), JOINS)
}

pub(super) async fn token<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let stranger = Token::random();
    for settlement in SETTLEMENTS {
        subject.rejects("order", stranger, settlement).await?;
    }
    let (token, _) = subject.complete("order").await?;
    for settlement in SETTLEMENTS {
        subject.rejects("order", stranger, settlement).await?;
    }
    for settlement in [Settlement::ExpiryDelivered, Settlement::ExpiryFailed] {
        subject.rejects("order", token, settlement).await?;
    }
    subject.settles("order", token, Settlement::Completed).await
}

pub(super) async fn renewal<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let renew = |token| Change::Renew { token };
    let (stale, _) = subject.complete("order").await?;
    subject
        .answers("order", renew(Token::random()), false)
        .await?;
    subject.answers("order", renew(stale), true).await?;
    subject.settles("order", stale, Settlement::Failed).await?;
    subject.answers("order", renew(stale), false).await?;
    let (token, _) = subject.runs("order", 0).await?;
    subject.answers("order", renew(stale), false).await?;
    subject.answers("order", renew(token), true).await?;
    subject
        .settles("order", token, Settlement::Completed)
        .await?;
    subject.answers("order", renew(token), false).await
}

pub(super) async fn repeated_arrival<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let token = Token::random();
    let waiting = subject.arrive("order", 0, token).await?.verdict;
    ensure!(
        matches!(waiting, Verdict::Waiting(_)),
        "the first input must wait, and the verdict is {waiting:?}"
    );
    let again = subject.arrive("order", 0, token).await?.verdict;
    ensure!(
        matches!(again, Verdict::Duplicate(_)),
        "the repeated first input is a duplicate, and the verdict is {again:?}"
    );
    for _ in 0..2 {
        let verdict = subject.arrive("order", 1, token).await?.verdict;
        let Verdict::Run(claim) = verdict else {
            return Err(format!(
                "the same call must return the same claim, and the verdict is {verdict:?}"
            ));
        };
        is_claim(&claim, Work::Run, 1, &BOTH)?;
    }
    subject
        .settles("order", token, Settlement::Completed)
        .await?;
    subject.waits("late", 0).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let token = Token::random();
    for _ in 0..2 {
        let verdict = subject.arrive("late", 1, token).await?.verdict;
        let Verdict::DeliverExpired { claim, .. } = verdict else {
            return Err(format!(
                "the same call must return the same expired join, and the verdict is {verdict:?}"
            ));
        };
        is_claim(&claim, Work::DeliverExpired, 0, &[Some(0), None])?;
    }
    Ok(())
}

pub(super) async fn repeated_success<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (run, _) = subject.complete("done").await?;
    subject.waits("late", 0).await?;
    for _ in 0..2 {
        subject.settles("done", run, Settlement::Completed).await?;
    }
    subject.pass(subject.policy.timeout + MINUTE).await;
    let delivery = subject.one_due("late").await?.token;
    for _ in 0..2 {
        subject
            .settles("late", delivery, Settlement::ExpiryDelivered)
            .await?;
    }
    for settlement in SETTLEMENTS {
        if settlement != Settlement::Completed {
            subject.rejects("done", run, settlement).await?;
        }
        if settlement != Settlement::ExpiryDelivered {
            subject.rejects("late", delivery, settlement).await?;
        }
    }
    Ok(())
}

pub(super) async fn released<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (token, _) = subject.complete("order").await?;
    subject
        .settles("order", token, Settlement::Released)
        .await?;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::Run, 1, &BOTH)?;
    subject
        .settles("order", due.token, Settlement::Released)
        .await?;
    // A join whose body never started runs even past its deadline.
    subject.pass(subject.policy.timeout + MINUTE).await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::Run, 1, &BOTH)?;
    subject
        .settles("order", due.token, Settlement::Failed)
        .await?;
    for _ in 0..2 {
        let due = subject.one_due("order").await?;
        is_claim(&due.claim, Work::DeliverExpired, 1, &BOTH)?;
        subject
            .settles("order", due.token, Settlement::Released)
            .await?;
    }
    Ok(())
}

/// A store over a server settles in the background, so the check waits.
pub(super) async fn dropped<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (token, _) = subject.complete("order").await?;
    let (store, policy) = (&subject.store, &subject.policy);
    store.release("order", policy, Token::random(), Settlement::Completed);
    store.release("order", policy, token, Settlement::Released);
    for _ in 0..500 {
        let token = Token::random();
        if let Verdict::Run(claim) = subject.arrive("order", 0, token).await?.verdict {
            is_claim(&claim, Work::Run, 1, &BOTH)?;
            return subject.settles("order", token, Settlement::Completed).await;
        }
        Timer::after(Duration::from_millis(10)).await;
    }
    Err("`release` must settle the claim, and a worker still holds it after 5 s".to_owned())
}

pub(super) async fn failed<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (token, _) = subject.complete("order").await?;
    subject.settles("order", token, Settlement::Failed).await?;
    subject
        .rejects("order", token, Settlement::Completed)
        .await?;
    subject.none_due().await?;
    let (token, claim) = subject.runs("order", 0).await?;
    is_claim(&claim, Work::Run, 2, &BOTH)?;
    subject.settles("order", token, Settlement::Failed).await?;
    subject.none_due().await?;
    subject.pass(subject.policy.backoff + MINUTE).await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::Run, 3, &BOTH)?;
    subject.none_due().await?;
    subject
        .settles("order", due.token, Settlement::Completed)
        .await?;
    subject.counts(0).await
}

pub(super) async fn lease<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (first, _) = subject.complete("order").await?;
    subject
        .pass(subject.policy.lease.saturating_sub(MINUTE))
        .await;
    let verdict = subject.arrive("order", 0, Token::random()).await?.verdict;
    ensure!(
        matches!(verdict, Verdict::Busy { .. }),
        "the lease has not ended, and the verdict for another worker is {verdict:?}"
    );
    subject.pass(2 * MINUTE).await;
    let (second, claim) = subject.runs("order", 0).await?;
    is_claim(&claim, Work::Run, 2, &BOTH)?;
    // The body runs again even past the deadline.
    subject.pass(subject.policy.timeout + MINUTE).await;
    let due = subject.one_due("order").await?;
    is_claim(&due.claim, Work::Run, 3, &BOTH)?;
    for stale in [first, second] {
        for settlement in SETTLEMENTS {
            subject.rejects("order", stale, settlement).await?;
        }
        let renew = Change::Renew { token: stale };
        subject.answers("order", renew, false).await?;
    }
    let status = subject.one("order").await?.map(|join| join.status);
    equal("the listed status", status, Some(Status::Running))?;
    subject
        .settles("order", due.token, Settlement::Completed)
        .await
}

pub(super) async fn lease_of_a_delivery<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("half", 0).await?;
    subject.pass(subject.policy.timeout + MINUTE).await;
    let stale = subject.one_due("half").await?.token;
    subject.pass(subject.policy.lease + MINUTE).await;
    let due = subject.one_due("half").await?;
    is_claim(&due.claim, Work::DeliverExpired, 0, &[Some(0), None])?;
    for settlement in SETTLEMENTS {
        subject.rejects("half", stale, settlement).await?;
    }
    let renew = Change::Renew { token: stale };
    subject.answers("half", renew, false).await?;
    subject
        .settles("half", due.token, Settlement::ExpiryDelivered)
        .await
}

pub(super) async fn renewed_lease<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let (run, _) = subject.complete("order").await?;
    subject.waits("half", 0).await?;
    for _ in 0..3 {
        subject
            .pass(subject.policy.lease.saturating_sub(MINUTE))
            .await;
        let renew = Change::Renew { token: run };
        subject.answers("order", renew, true).await?;
    }
    subject.none_due().await?;
    subject.settles("order", run, Settlement::Completed).await?;
    subject.pass(subject.policy.timeout).await;
    let token = subject.one_due("half").await?.token;
    for _ in 0..3 {
        subject
            .pass(subject.policy.lease.saturating_sub(MINUTE))
            .await;
        subject
            .answers("half", Change::Renew { token }, true)
            .await?;
    }
    subject.none_due().await?;
    subject
        .settles("half", token, Settlement::ExpiryDelivered)
        .await
}

pub(super) async fn rest_of_the_lease<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.complete("order").await?;
    subject.pass(2 * MINUTE).await;
    let verdict = subject.arrive("order", 0, Token::random()).await?.verdict;
    let Verdict::Busy { retry_after } = verdict else {
        return Err(format!(
            "a worker holds the join, and the verdict for another is {verdict:?}"
        ));
    };
    let left = subject.policy.lease.saturating_sub(2 * MINUTE);
    ensure!(
        (left.saturating_sub(MINUTE)..=left).contains(&retry_after),
        "`retry_after` must be the rest of the lease, {left:?}, and is {retry_after:?}"
    );
    Ok(())
}
