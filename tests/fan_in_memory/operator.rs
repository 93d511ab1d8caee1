//! An operator's view of joins in memory, and an operator's actions.

use std::sync::Arc;

use linked_span::fan_in::{
    Inputs, JoinQuery, JoinSummary, Memory, Page, ParkReason, Settlement, Status, Token, Verdict,
    Work,
};
use linked_span_tests::{Time, ms};

use crate::{Joins, POLICY};

const ALL: Page<'_> = Page::first(usize::MAX);

fn joins<P>(time: &Time, max_attempts: u32) -> Joins<P> {
    Joins {
        memory: time.of(Memory::new().shards(1)),
        policy: POLICY.max_attempts(max_attempts),
    }
}

fn complete(joins: &Joins<()>, key: &str) -> Token {
    let token = Token::random();
    for input in 0..POLICY.inputs {
        let arrived = joins.arrive(key, input, (), token).unwrap();
        if let Verdict::Run(_) = arrived.verdict {
            return token;
        }
    }
    panic!("all have come")
}

/// Fails a join's body until no attempt is left.
fn park(joins: &Joins<()>, key: &str) {
    let token = complete(joins, key);
    assert!(joins.settle(key, token, Settlement::Failed));
    for _ in 1..joins.policy.max_attempts {
        let token = Token::random();
        let again = joins.arrive(key, 0, (), token).unwrap();
        assert!(matches!(again.verdict, Verdict::Run(_)));
        assert!(joins.settle(key, token, Settlement::Failed));
    }
}

fn one<P: Send + Sync + 'static>(joins: &Joins<P>, key: &str) -> JoinSummary {
    let [listed] = joins.list(JoinQuery::Key(key)).try_into().unwrap();
    assert_eq!(listed.key, key);
    listed
}

fn keys(listed: &[JoinSummary]) -> Vec<&str> {
    listed.iter().map(|listed| listed.key.as_str()).collect()
}

#[test]
fn list_shows_each_state() {
    let time = Time::default();
    let joins = joins(&time, 2);
    let assert_is = |status, age, missing, attempts| {
        let listed = one(&joins, "order");
        assert_eq!(
            (listed.status, listed.age, listed.attempts),
            (status, age, attempts)
        );
        assert!(listed.missing.iter().eq(missing), "{listed:?}");
    };
    let none = || Vec::new();
    assert_eq!(joins.list(JoinQuery::Key("order")), []);

    joins.arrive("order", 1, (), Token::random()).unwrap();
    time.pass(ms(10));
    joins.arrive("order", 0, (), Token::random()).unwrap();
    assert_is(Status::Open, ms(10), vec![2], 0);
    let token = Token::random();
    joins.arrive("order", 2, (), token).unwrap();
    assert_is(Status::Running, ms(10), none(), 1);
    assert!(joins.settle("order", token, Settlement::Failed));
    assert_is(Status::Ready, ms(10), none(), 1);
    joins.arrive("order", 0, (), token).unwrap();
    assert!(joins.settle("order", token, Settlement::Failed));
    time.pass(ms(10));
    assert_is(Status::Parked(ParkReason::Attempts), ms(20), none(), 2);
    assert!(joins.retry("order"));
    assert_is(Status::Ready, ms(20), none(), 0);
    time.pass(POLICY.timeout);
    let token = joins.due(Token::random(), 1)[0].token;
    assert_is(Status::Running, ms(20) + POLICY.timeout, none(), 1);
    assert!(joins.settle("order", token, Settlement::Released));
    assert_is(Status::Ready, ms(20) + POLICY.timeout, none(), 0);
    let token = joins.due(Token::random(), 1)[0].token;
    assert!(joins.settle("order", token, Settlement::Undecodable));
    let reason = ParkReason::Undecodable;
    assert_is(Status::Parked(reason), ms(20) + POLICY.timeout, none(), 1);
    assert!(joins.retry("order"));
    joins.arrive("order", 0, (), token).unwrap();
    assert!(joins.settle("order", token, Settlement::Completed));
    assert_is(Status::Completed, ms(0), none(), 0);
    time.pass(ms(10));
    assert_is(Status::Completed, ms(10), none(), 0);

    time.pass(POLICY.dedup_window);
    assert_eq!(joins.list(JoinQuery::Key("order")), []);
    joins.arrive("order", 0, (), Token::random()).unwrap();
    time.pass(POLICY.timeout);
    let token = joins.due(Token::random(), 1)[0].token;
    assert_is(Status::Expiring, POLICY.timeout, vec![1, 2], 0);
    assert!(joins.settle("order", token, Settlement::ExpiryDelivered));
    assert_is(Status::Expired, ms(0), none(), 0);
}

#[test]
fn pages_are_ordered_and_filtered() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new().shards(4)),
        ..joins(&time, 1)
    };
    // More joins than the store examines at once.
    let mut all: Vec<_> = (0..3_000).map(|number| number.to_string()).collect();
    for key in &all {
        joins.arrive(key, 0, (), Token::random()).unwrap();
    }
    for key in ["parked-2", "parked-1", "parked-3"] {
        park(&joins, key);
        all.push(key.to_owned());
    }
    let completed = complete(&joins, "completed");
    assert!(joins.settle("completed", completed, Settlement::Completed));
    all.sort();

    assert_eq!(keys(&joins.list(JoinQuery::Unsettled(ALL))), all);
    let mut turned: Vec<JoinSummary> = Vec::new();
    for _ in 0..5 {
        let after = turned.last().map(|last| last.key.clone());
        let page = joins.list(JoinQuery::Unsettled(Page::after(after.as_deref(), 700)));
        assert_eq!(page.len(), 700.min(all.len() - turned.len()));
        turned.extend(page);
    }
    assert_eq!(keys(&turned), all);

    let parked = |after, limit| joins.list(JoinQuery::Parked(Page::after(after, limit)));
    assert_eq!(keys(&parked(None, 2)), ["parked-1", "parked-2"]);
    assert_eq!(keys(&parked(Some("parked-2"), 2)), ["parked-3"]);
    assert_eq!(keys(&parked(Some("parked-10"), 1)), ["parked-2"]);
    assert_eq!(parked(Some("parked-3"), 2), []);
    assert_eq!(parked(None, 0), []);
}

#[test]
fn parked_join_waits_for_an_operator() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new().capacity(1)),
        ..joins(&time, 3)
    };
    park(&joins, "order");
    assert_eq!(one(&joins, "order").attempts, 3);
    time.pass(POLICY.timeout + POLICY.dedup_window);
    assert!(joins.due(Token::random(), 10).is_empty());
    let arrived = joins.arrive("order", 0, (), Token::random()).unwrap();
    assert!(matches!(arrived.verdict, Verdict::Parked(())));
    // A parked join takes room as any other does.
    assert_eq!(joins.len(), 1);
    let other = joins.arrive("another", 0, (), Token::random());
    assert!(other.unwrap_err().overdue.is_none());

    assert!(joins.retry("order"));
    time.pass(POLICY.timeout - ms(1));
    let token = Token::random();
    let due = joins.due(token, 10);
    assert_eq!((due[0].claim.work, due[0].claim.attempts), (Work::Run, 1));
    assert_eq!(due[0].claim.inputs.len(), 3);
    assert!(!joins.retry("order") && !joins.forget("order"));
    assert!(joins.settle("order", token, Settlement::Completed));
    assert!(!joins.retry("order"));
    assert_eq!(joins.len(), 0);
}

/// The joins in backoff arrived earlier and are due later.
#[test]
fn retried_join_is_due_before_joins_in_backoff() {
    let time = Time::default();
    let joins = joins(&time, 2);
    park(&joins, "parked");
    for key in ["resting-1", "resting-2"] {
        let token = complete(&joins, key);
        assert!(joins.settle(key, token, Settlement::Failed));
    }
    assert!(joins.due(Token::random(), 10).is_empty());
    assert!(joins.retry("parked") && joins.retry("resting-2"));
    let mut due = joins.due(Token::random(), 10);
    due.sort_by(|one, other| one.key.cmp(&other.key));
    let due: Vec<_> = due.iter().map(|due| due.key.as_str()).collect();
    assert_eq!(due, ["parked", "resting-2"]);
    time.pass(POLICY.backoff);
    assert_eq!(joins.due(Token::random(), 10)[0].key, "resting-1");
}

#[test]
fn retried_delivery_is_due_before_joins_in_backoff() {
    let time = Time::default();
    let joins = joins(&time, 2);
    for key in ["resting", "expiring", "undecodable"] {
        joins.arrive(key, 0, (), Token::random()).unwrap();
    }
    assert!(!joins.retry("expiring"));
    time.pass(POLICY.timeout);
    let token = Token::random();
    for due in joins.due(token, 10) {
        let settlement = if due.key == "undecodable" {
            Settlement::Undecodable
        } else {
            Settlement::ExpiryFailed
        };
        assert!(joins.settle(&due.key, token, settlement));
    }
    let parked = joins.list(JoinQuery::Parked(ALL));
    assert_eq!(parked[0].status, Status::Parked(ParkReason::Undecodable));
    assert_eq!(parked[0].missing, Inputs::default().with(1).with(2));
    assert!(joins.due(token, 10).is_empty());

    assert!(joins.retry("undecodable") && joins.retry("expiring"));
    let mut due = joins.due(token, 10);
    due.sort_by(|one, other| one.key.cmp(&other.key));
    let due: Vec<_> = due.iter().map(|due| due.key.as_str()).collect();
    assert_eq!(due, ["expiring", "undecodable"]);
}

#[test]
fn forgotten_join_frees_its_memory() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new().shards(1).capacity(3)),
        ..joins(&time, 1)
    };
    let payload = Arc::new(());
    let arrive = |key, input, token| joins.arrive(key, input, Arc::clone(&payload), token);
    let complete = |key| {
        let token = Token::random();
        for input in 0..POLICY.inputs {
            arrive(key, input, token).unwrap();
        }
        token
    };
    arrive("open", 0, Token::random()).unwrap();
    let token = complete("parked");
    assert!(joins.settle("parked", token, Settlement::Failed));
    let token = complete("ended");
    assert!(joins.settle("ended", token, Settlement::Completed));
    assert_eq!(joins.memory.slots(), 3);
    for key in ["open", "parked", "ended"] {
        assert!(joins.forget(key));
        assert!(!joins.forget(key));
        assert_eq!(joins.list(JoinQuery::Key(key)), []);
    }
    assert_eq!((joins.len(), Arc::strong_count(&payload)), (0, 1));

    // The store has room for as many joins as before, and the key of the ended join opens a new join.
    for key in ["ended", "open", "another"] {
        let arrived = arrive(key, 0, Token::random()).unwrap();
        assert!(matches!(arrived.verdict, Verdict::Waiting(_)));
    }
    assert!(arrive("too many", 0, Token::random()).is_err());
    assert_eq!(joins.memory.slots(), 3);
    time.pass(POLICY.timeout);
    assert_eq!(joins.due(Token::random(), 10).len(), 3);
}
