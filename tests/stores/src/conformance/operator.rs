//! An operator's view of joins, and an operator's actions.

use linked_span::fan_in::{JoinQuery, Page, Settlement, Status};

use super::worker::Worker;
use crate::{Fixture, MINUTE, RULES};

/// The list has the joins' ages by the store's clock.
pub async fn list_shows_each_state<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    assert!(worker.one("order").await.is_none());
    worker.waits("order", 1).await;
    fixture.pass(2 * MINUTE).await;
    let assert_is = async |status, age, missing: &[u8], attempts| {
        let listed = worker.one("order").await.expect("a join");
        assert_eq!((listed.status, listed.age.as_secs() / 60), (status, age));
        assert!(
            listed.missing.iter().eq(missing.iter().copied()),
            "{listed:?}"
        );
        assert_eq!(listed.attempts, attempts);
    };
    assert_is(Status::Open, 2, &[0], 0).await;
    let (token, _) = worker.runs("order", 0).await;
    assert_is(Status::Running, 2, &[], 1).await;
    assert!(!worker.retry("order").await && !worker.forget("order").await);
    fixture.pass(MINUTE).await;
    assert!(worker.settle("order", token, Settlement::Failed).await);
    assert_is(Status::Ready, 3, &[], 1).await;
    let (token, _) = worker.runs("order", 0).await;
    assert!(worker.settle("order", token, Settlement::Completed).await);
    assert_is(Status::Completed, 0, &[], 0).await;
    fixture.pass(3 * MINUTE).await;
    assert_is(Status::Completed, 3, &[], 0).await;
    assert!(!worker.retry("order").await);

    worker.waits("late", 0).await;
    fixture.pass(RULES.timeout + MINUTE).await;
    let token = worker.one_due().await.token;
    let late = worker.one("late").await.unwrap();
    assert_eq!(
        (late.status, late.age.as_secs() / 60),
        (Status::Expiring, RULES.timeout.as_secs() / 60 + 1)
    );
    assert!(late.missing.iter().eq([1]));
    assert!(
        worker
            .settle("late", token, Settlement::ExpiryDelivered)
            .await
    );
    assert_eq!(worker.one("late").await.unwrap().status, Status::Expired);
}

/// Reads the joins in two pages.
pub async fn list_orders_pages_by_the_keys_bytes<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
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
        worker.waits(key, 0).await;
    }
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);
    keys.sort_unstable();
    for limit in [1, 3, 10, 100] {
        let (mut seen, mut last) = (Vec::<String>::new(), None);
        loop {
            let after = last.as_deref();
            let page = worker
                .list(JoinQuery::Unsettled(Page::after(after, limit)))
                .await;
            assert!(page.len() <= limit);
            let Some(end) = page.last() else { break };
            last = Some(end.key.clone());
            seen.extend(page.into_iter().map(|listed| listed.key));
        }
        assert_eq!(seen, keys);
    }
    let none = Page::first(0);
    assert!(worker.list(JoinQuery::Unsettled(none)).await.is_empty());
}

/// An operator forgets an open join, and one in its dedup window.
pub async fn forgotten_join_opens_again<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    assert!(!worker.forget("order").await);
    worker.waits("order", 0).await;
    assert!(worker.forget("order").await);
    assert!(worker.is_empty().await);
    worker.waits("order", 1).await;
    let (token, claim) = worker.runs("order", 0).await;
    assert!(claim.inputs.iter().all(Option::is_some));
    assert!(worker.settle("order", token, Settlement::Completed).await);
    assert!(worker.forget("order").await);
    worker.waits("order", 0).await;
    assert!(!worker.settle("order", token, Settlement::Completed).await);
    assert!(!worker.retry("order").await);
}
