//! Payloads that call the store while they are dropped, which would never end under its lock.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use linked_span::fan_in::{Memory, Settlement, Token, Verdict};

use crate::{Joins, RULES, Time};

struct Hostile {
    joins: Weak<Joins<Hostile>>,
    key: &'static str,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        if let Some(joins) = self.joins.upgrade() {
            // Whatever the answer is: that there is one.
            joins.renew(self.key, Token::random());
            joins.renew("another", Token::random());
            joins.due(Token::random(), 0);
        }
    }
}

#[test]
fn no_payload_is_dropped_under_a_lock() {
    let (done, wait) = channel();
    let calls = thread::spawn(move || {
        every_way_to_drop_a_payload();
        done.send(()).unwrap();
    });
    match wait.recv_timeout(Duration::from_secs(20)) {
        Err(RecvTimeoutError::Timeout) => panic!("a payload was dropped under a lock"),
        _ => calls.join().unwrap(),
    }
}

fn every_way_to_drop_a_payload() {
    let time = Time::default();
    // One shard, so that every call needs the same lock.
    let joins = Arc::new(Joins {
        memory: time.of(Memory::new().shards(1).capacity(3).remembered(1)),
        rules: RULES,
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
                // The store has the only references now.
                drop(claim);
                return token;
            }
        }
        panic!("all have come")
    };

    let token = complete("completes");
    // Busy, and then completed.
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

    time.pass(RULES.timeout);
    let token = Token::random();
    let expired = joins.arrive("expires", 1, payload("expires"), token);
    assert!(matches!(expired.unwrap().verdict, Verdict::HandOver { .. }));
    assert!(joins.settle("expires", token, Settlement::HandedOver));
    for due in joins.due(Token::random(), 10) {
        assert!(joins.settle(&due.key, due.token, Settlement::HandedOver));
    }
    time.pass(RULES.dedup_window);
    joins.due(Token::random(), 10);
}
