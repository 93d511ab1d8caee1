//! What arrivals and sweeps do for other joins.

use linked_span::fan_in::{Memory, Settlement, Token, Verdict, Work};
use linked_span_tests::{Time, at, ms};

use crate::{Joins, POLICY};

#[test]
fn bodies_running_past_their_deadline_do_not_hide_due_joins() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new().shards(1)),
        policy: POLICY,
    };
    let mut running = Vec::new();
    for number in 0..10 {
        let key = format!("running-{number}");
        for input in 0..3 {
            let token = Token::random();
            if let Verdict::Run(_) = joins.arrive(&key, input, (), token).unwrap().verdict {
                running.push((key.clone(), token));
            }
        }
    }
    joins.arrive("open", 0, (), Token::random()).unwrap();
    time.pass(POLICY.timeout);

    let opportunistic = joins.arrive("another", 0, (), Token::random()).unwrap();
    assert_eq!(opportunistic.overdue.unwrap().key, "open");

    // A join that fails now has passed its deadline, so it is delivered to `on_expired` and does not run again.
    let (key, token) = &running[5];
    assert!(joins.settle(key, *token, Settlement::Failed));
    let due = joins.due(Token::random(), 10);
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].key, *key);
    assert_eq!(due[0].claim.work, Work::DeliverExpired);
    assert_eq!(due[0].claim.inputs.len(), 3);

    let (key, token) = &running[6];
    assert!(joins.settle(key, *token, Settlement::Completed));
    assert!(joins.due(Token::random(), 10).is_empty());
}

#[test]
fn sweep_and_arrival_agree_after_the_clock_goes_back() {
    let time = Time::default();
    time.pass(ms(10_000));
    let joins = Joins {
        memory: time.of(Memory::new().shards(1)),
        policy: POLICY,
    };
    joins.arrive("first", 0, (), Token::random()).unwrap();
    // Another thread may have read the clock earlier and locked the shard later.
    time.go_to(at(9_900));
    joins.arrive("second", 0, (), Token::random()).unwrap();

    time.pass(POLICY.timeout + ms(50));
    assert!(joins.due(Token::random(), 10).is_empty());
    let second = joins.arrive("second", 0, (), Token::random()).unwrap();
    assert!(matches!(second.verdict, Verdict::Duplicate(_)));
    time.pass(ms(50));
    assert_eq!(joins.due(Token::random(), 10).len(), 2);
}
