//! Inputs wait for each other, and a claim returns them unchanged.

use std::time::Duration;

use super::subject::{Checked, MINUTE, Subject, ensure, equal, is_claim, payload};
use super::together::join_all;
use crate::fan_in::{Settlement, Store, Token, Verdict, Work};

pub(super) async fn wait_for_the_last<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    for input in [2, 0] {
        subject.waits("order", input).await?;
        subject.pass(3 * MINUTE).await;
    }
    subject.counts(1).await?;
    let (_, claim) = subject.runs("order", 1).await?;
    is_claim(&claim, Work::Run, 1, &[Some(0), Some(1), Some(2)])?;
    let waited = claim.inputs.iter();
    let waited: Vec<_> = waited
        .map(|input| input.waited.as_secs() / MINUTE.as_secs())
        .collect();
    equal("the minutes that each input waited", waited, vec![3, 0, 6])
}

pub(super) async fn duplicate<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.waits("order", 0).await?;
    let again = subject.arrive_with("order", 0, "another".to_owned(), Token::random());
    let verdict = again.await?.verdict;
    let Verdict::Duplicate(arrived) = verdict else {
        return Err(format!(
            "an input that has arrived is a duplicate, and the verdict is {verdict:?}"
        ));
    };
    ensure!(
        arrived.came.iter().eq([0]),
        "`Duplicate` must list input 0, and has {arrived:?}"
    );
    let (_, claim) = subject.runs("order", 1).await?;
    is_claim(&claim, Work::Run, 1, &[Some(0), Some(1)])
}

pub(super) async fn any_key<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let long = "k".repeat(2_000);
    let keys = [
        " ",
        "a b",
        "a:b",
        "{a}",
        "}{",
        "a'b",
        "\"",
        "\\",
        "%",
        "_",
        "*",
        "?1",
        "$1",
        ":a",
        "A",
        "a",
        "ä",
        "a\u{308}",
        "\u{1F980}",
        "a\nb",
        "a\tb",
        "0",
        "00",
        "NULL",
        "-1",
        "1e3",
        &long,
    ];
    for key in keys {
        subject.waits(key, 0).await?;
    }
    subject.counts(keys.len()).await?;
    for key in keys {
        let listed = subject.one(key).await?.map(|join| join.key);
        equal("the key of the listed join", listed, Some(key.to_owned()))?;
        let (_, claim) = subject.runs(key, 1).await?;
        is_claim(&claim, Work::Run, 1, &[Some(0), Some(1)])?;
    }
    Ok(())
}

pub(super) async fn large<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let large = "\u{1F980}".repeat(1 << 18);
    let arrived = subject.arrive_with("order", 0, large.clone(), Token::random());
    let verdict = arrived.await?.verdict;
    ensure!(
        matches!(verdict, Verdict::Waiting(_)),
        "an input of one mebibyte must wait"
    );
    let (_, claim) = subject.runs("order", 1).await?;
    let first = claim.at(0).first();
    ensure!(
        first.is_some_and(|input| *input.payload == large),
        "an input of one mebibyte must be returned unchanged"
    );
    Ok(())
}

pub(super) async fn twelve<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    for input in (1..12).rev() {
        subject.waits("order", input).await?;
    }
    let (_, claim) = subject.runs("order", 0).await?;
    let all: Vec<_> = (0..12).map(Some).collect();
    is_claim(&claim, Work::Run, 1, &all)
}

/// Interleaves the calls of several workers, as one thread can.
pub(super) async fn concurrent<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let arrive = async |input| {
        let mut claims = Vec::new();
        for key in ["a", "b", "c", "d"] {
            let token = Token::random();
            let arrived = subject.arrive(key, input, token).await?;
            if let Verdict::Run(claim) = arrived.verdict {
                is_claim(&claim, Work::Run, 1, &[Some(0), Some(1), Some(2)])?;
                claims.push(key);
            }
        }
        Ok::<_, String>(claims)
    };
    let workers = [0, 1, 2, 0, 1, 2].map(|input| Box::pin(arrive(input)));
    let mut claims = Vec::new();
    for claimed in join_all(workers).await {
        claims.extend(claimed?);
    }
    claims.sort_unstable();
    equal(
        "the claims of six workers",
        claims,
        vec!["a", "b", "c", "d"],
    )
}

pub(super) async fn payload_of_a_closed_join<S, T>(subject: &Subject<S, T>) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    subject.ends("order", Settlement::Completed).await?;
    for input in [0, 1] {
        let verdict = subject
            .arrive("order", input, Token::random())
            .await?
            .verdict;
        let Verdict::Completed(returned) = verdict else {
            return Err(format!(
                "the join has completed, and the verdict is {verdict:?}"
            ));
        };
        equal("the returned input", returned, payload(input))?;
    }
    Ok(())
}
