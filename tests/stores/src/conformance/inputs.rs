//! Inputs are stored unchanged.

use linked_span::fan_in::{Token, Verdict, Work};

use super::worker::{Worker, ids};
use crate::{Fixture, MINUTE, Payload, RULES};

/// The order of arrival does not matter. Each input has its wait.
pub async fn claim_has_the_inputs_in_declaration_order<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::with(&fixture, RULES.inputs(3)).await;
    for input in [2, 0] {
        worker.waits("order", input).await;
        fixture.pass(3 * MINUTE).await;
    }
    assert_eq!(worker.len().await, 1);
    let (_, claim) = worker.runs("order", 1).await;
    assert_eq!((claim.work, claim.attempts), (Work::Run, 1));
    assert_eq!(ids(&claim), [Some(0), Some(1), Some(2)]);
    let waited = claim
        .inputs
        .iter()
        .flatten()
        .map(|input| input.waited.as_secs() / 60);
    assert_eq!(waited.collect::<Vec<_>>(), [3, 0, 6]);
}

/// The second delivery is a duplicate, and the join keeps the first payload.
pub async fn duplicate_input_keeps_the_first<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    worker.waits("order", 0).await;
    let again = worker
        .arrive_with("order", 0, Payload::new(7), Token::random())
        .await;
    let Verdict::Duplicate(came) = again.verdict else {
        panic!("{again:?}");
    };
    assert!(came.iter().eq([0]));
    let (_, claim) = worker.runs("order", 1).await;
    assert_eq!(ids(&claim), [Some(0), Some(1)]);
}

/// Keys come from events, so a store must accept any text.
pub async fn key_of_any_text_is_stored<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
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
        worker.waits(key, 0).await;
    }
    assert_eq!(worker.len().await, keys.len());
    for key in keys {
        let listed = worker.one(key).await.expect(key);
        assert_eq!(listed.key, key);
        let (_, claim) = worker.runs(key, 1).await;
        assert_eq!(ids(&claim), [Some(0), Some(1)], "{key}");
    }
}

/// The payload has one mebibyte.
pub async fn large_input_is_stored_unchanged<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let large = Payload {
        id: 0,
        text: "\u{1F980}".repeat(1 << 18),
    };
    let arrived = worker.arrive_with("order", 0, large.clone(), Token::random());
    assert!(matches!(arrived.await.verdict, Verdict::Waiting(_)));
    let (_, claim) = worker.runs("order", 1).await;
    assert_eq!(*claim.inputs[0].as_ref().unwrap().payload, large);
}

/// The largest number of inputs.
pub async fn twelve_inputs<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::with(&fixture, RULES.inputs(12)).await;
    for input in (1..12).rev() {
        worker.waits("order", input).await;
    }
    let (_, claim) = worker.runs("order", 0).await;
    assert_eq!(ids(&claim), (0..12).map(Some).collect::<Vec<_>>());
}
