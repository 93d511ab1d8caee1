//! Payloads and wakers that call the store while they are dropped or woken. Under the store's lock that would deadlock.

use std::pin::{Pin, pin};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use linked_span::fan_in::{Memory, Settlement, Token, Verdict};
use linked_span_tests::Time;

use crate::{Joins, POLICY};

struct Hostile {
    joins: Weak<Joins<Hostile>>,
    key: &'static str,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        if let Some(joins) = self.joins.upgrade() {
            // Any result is fine: the call must return.
            joins.renew(self.key, Token::random());
            joins.renew("another", Token::random());
            joins.due(Token::random(), 0);
        }
    }
}

fn assert_ends(calls: fn()) {
    let (done, wait) = channel();
    let calls = thread::spawn(move || {
        calls();
        done.send(()).unwrap();
    });
    match wait.recv_timeout(Duration::from_secs(20)) {
        Err(RecvTimeoutError::Timeout) => panic!("it was dropped or woken under a lock"),
        _ => calls.join().unwrap(),
    }
}

#[test]
fn no_payload_is_dropped_under_a_lock() {
    assert_ends(every_way_to_drop_a_payload);
}

#[test]
fn no_waker_is_dropped_or_woken_under_a_lock() {
    assert_ends(every_way_to_drop_or_wake_a_waker);
}

fn every_way_to_drop_a_payload() {
    let time = Time::default();
    // With one shard, every call needs the same lock.
    let joins = Arc::new(Joins {
        memory: time.of(Memory::new().shards(1).capacity(3).remembered(1)),
        policy: POLICY,
    });
    let payload = |key| Hostile {
        joins: Arc::downgrade(&joins),
        key,
    };
    let complete = |key| {
        for input in 0..3 {
            let token = Token::random();
            let arrived = joins.arrive(key, input, payload(key), token).unwrap();
            if let Verdict::Run(claim) = arrived.verdict {
                // From here on the store has the only references.
                drop(claim);
                return token;
            }
        }
        panic!("all have come")
    };

    let token = complete("completes");
    // First busy, then completed.
    joins
        .arrive("completes", 0, payload("completes"), Token::random())
        .unwrap();
    assert!(joins.settle("completes", token, Settlement::Completed));
    joins
        .arrive("completes", 0, payload("completes"), Token::random())
        .unwrap();

    let token = complete("fails");
    assert!(joins.settle("fails", token, Settlement::Failed));
    let again = joins.arrive("fails", 0, payload("fails"), Token::random());
    assert!(matches!(again.unwrap().verdict, Verdict::Run(_)));

    joins
        .arrive("expires", 0, payload("expires"), Token::random())
        .unwrap();
    let duplicate = joins.arrive("expires", 0, payload("expires"), Token::random());
    assert!(matches!(duplicate.unwrap().verdict, Verdict::Duplicate(_)));
    joins
        .arrive("more", 0, payload("more"), Token::random())
        .unwrap();
    assert!(
        joins
            .arrive("too many", 0, payload("too many"), Token::random())
            .is_err()
    );

    assert!(joins.forget("more"));
    joins
        .arrive("more", 0, payload("more"), Token::random())
        .unwrap();

    time.pass(POLICY.timeout);
    let token = Token::random();
    let expired = joins.arrive("expires", 1, payload("expires"), token);
    assert!(matches!(
        expired.unwrap().verdict,
        Verdict::DeliverExpired { .. }
    ));
    assert!(joins.settle("expires", token, Settlement::ExpiryDelivered));
    for due in joins.due(Token::random(), 10) {
        assert!(joins.settle(&due.key, due.token, Settlement::ExpiryDelivered));
    }
    time.pass(POLICY.dedup_window);
    joins.due(Token::random(), 10);
}

struct HostileTask(Arc<Joins<()>>);

impl HostileTask {
    fn poll_settled(&self) {
        let settled = pin!(self.0.memory.settled("order"));
        let _ = settled.poll(&mut Context::from_waker(Waker::noop()));
    }
}

impl Wake for HostileTask {
    fn wake(self: Arc<Self>) {
        self.poll_settled();
    }
}

impl Drop for HostileTask {
    fn drop(&mut self) {
        self.poll_settled();
    }
}

/// Polls with a waker to which the future has the only reference.
fn poll(joins: &Arc<Joins<()>>, future: Pin<&mut impl Future<Output = ()>>) -> Poll<()> {
    let waker = Waker::from(Arc::new(HostileTask(Arc::clone(joins))));
    future.poll(&mut Context::from_waker(&waker))
}

fn every_way_to_drop_or_wake_a_waker() {
    let joins = Arc::new(Joins {
        memory: Memory::new().shards(1),
        policy: POLICY,
    });
    joins.arrive("order", 0, (), Token::random()).unwrap();
    let mut settled = pin!(joins.memory.settled("order"));
    assert_eq!(poll(&joins, settled.as_mut()), Poll::Pending);
    // The new waker replaces the first.
    assert_eq!(poll(&joins, settled.as_mut()), Poll::Pending);
    {
        let dropped = pin!(joins.memory.settled("order"));
        assert_eq!(poll(&joins, dropped), Poll::Pending);
    }
    joins.arrive("order", 1, (), Token::random()).unwrap();
    let token = Token::random();
    joins.arrive("order", 2, (), token).unwrap();
    assert!(joins.settle("order", token, Settlement::Completed));
    // The join has settled, so the future drops this waker.
    assert_eq!(poll(&joins, settled.as_mut()), Poll::Ready(()));
    let at_once = pin!(joins.memory.settled("order"));
    assert_eq!(poll(&joins, at_once), Poll::Ready(()));
}
