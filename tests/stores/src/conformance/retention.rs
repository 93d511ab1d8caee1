//! What the store removes as time passes, and what it keeps.

use linked_span::fan_in::{JoinQuery, Page, Settlement, Status, Token, Verdict, Work};

use super::worker::{Worker, ids};
use crate::{Fixture, MINUTE, RULES};

/// It removes no join that can still run, be delivered or be retried. Such a join keeps all inputs.
pub async fn retention_removes_only_what_has_ended<F: Fixture>() {
    let fixture = F::begin().await;
    let rules = RULES.dedup_window(MINUTE).max_attempts(2);
    let worker = Worker::with(&fixture, rules).await;
    worker.waits("open", 0).await;
    let (token, _) = worker.complete("ready").await;
    assert!(worker.settle("ready", token, Settlement::Failed).await);
    let (token, _) = worker.complete("parked").await;
    assert!(worker.settle("parked", token, Settlement::Failed).await);
    let (token, _) = worker.runs("parked", 0).await;
    assert!(worker.settle("parked", token, Settlement::Failed).await);
    let (running, _) = worker.complete("running").await;
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);

    fixture.pass(10 * rules.dedup_window + rules.timeout).await;
    for number in 0..20 {
        // An arrival and a sweep remove the joins to be forgotten. The arrival releases what it claims.
        let key = format!("later-{number}");
        let token = Token::random();
        if let Some(due) = worker.arrive(&key, 0, token).await.overdue {
            let released = worker.settle(&due.key, due.token, Settlement::Released);
            assert!(released.await);
        }
        assert!(worker.due(0).await.is_empty());
    }
    assert!(worker.one("done").await.is_none());
    let page = Page::first(100);
    let left = worker.list(JoinQuery::Unsettled(page)).await;
    let mut keys: Vec<_> = left.iter().map(|join| join.key.as_str()).collect();
    keys.retain(|key| !key.starts_with("later"));
    assert_eq!(keys, ["open", "parked", "ready", "running"]);

    let mut due = worker.due(100).await;
    due.retain(|due| !due.key.starts_with("later"));
    due.sort_by(|one, other| one.key.cmp(&other.key));
    let works: Vec<_> = due
        .iter()
        .map(|due| (due.key.as_str(), due.claim.work, ids(&due.claim)))
        .collect();
    let all = vec![Some(0), Some(1)];
    assert_eq!(
        works[0],
        ("open", Work::DeliverExpired, vec![Some(0), None])
    );
    assert_eq!(works[1], ("ready", Work::DeliverExpired, all.clone()));
    if F::IS_DURABLE {
        // Its lease has passed.
        assert_eq!((works[2].0, &works[2].2), ("running", &all));
    } else {
        let settled = worker.settle("running", running, Settlement::Completed);
        assert!(settled.await);
    }

    assert!(worker.retry("parked").await);
    let parked = worker.arrive("parked", 0, Token::random()).await;
    let Verdict::Run(claim) = parked.verdict else {
        panic!("{parked:?}");
    };
    assert_eq!(ids(&claim), all);
    let listed = worker.one("parked").await.unwrap();
    assert_eq!(listed.status, Status::Running);
}
