//! Joins that leave a list while those before and after them stay.

use allocation_counter::measure;
use linked_span::fan_in::{Memory, Settlement, Token, Verdict};
use linked_span_tests::{Time, ms};

use crate::{Joins, POLICY};

fn joins(time: &Time) -> Joins<()> {
    Joins {
        memory: time.of(Memory::new().shards(1)),
        policy: POLICY,
    }
}

fn succeed(joins: &Joins<()>, key: &str) {
    for input in 0..POLICY.inputs {
        let token = Token::random();
        let arrived = joins.arrive(key, input, (), token).unwrap();
        if let Verdict::Run(_) = arrived.verdict {
            assert!(joins.settle(key, token, Settlement::Completed));
        }
    }
}

#[test]
fn remaining_joins_are_due_in_arrival_order() {
    let time = Time::default();
    let joins = joins(&time);
    let keys: Vec<_> = (0..500).map(|number| number.to_string()).collect();
    for key in &keys {
        joins.arrive(key, 0, (), Token::random()).unwrap();
        time.pass(ms(1));
    }
    // The first join stays, and then every tenth.
    for (number, key) in keys.iter().enumerate() {
        if number % 10 > 0 {
            assert!(joins.forget(key));
        }
    }
    time.pass(POLICY.timeout - ms(500));
    for key in keys.iter().step_by(10) {
        let due = joins.due(Token::random(), 100);
        let due: Vec<_> = due.iter().map(|due| due.key.as_str()).collect();
        assert_eq!(due, [key]);
        time.pass(ms(10));
    }
}

#[test]
fn list_with_an_old_join_does_not_grow() {
    let time = Time::default();
    let joins = Joins {
        policy: POLICY.timeout(1_000 * POLICY.dedup_window),
        ..joins(&time)
    };
    joins.arrive("stays", 0, (), Token::random()).unwrap();
    let others_pass = || {
        for number in 0..2_000 {
            succeed(&joins, &number.to_string());
        }
        time.pass(POLICY.dedup_window);
        joins.due(Token::random(), 0);
    };
    others_pass();
    let grown = measure(others_pass);
    assert!(
        grown.count_total > 2_000 && grown.bytes_current == 0,
        "{grown:?}"
    );
    assert_eq!(joins.len(), 1);
}

#[test]
fn emptied_store_frees_its_memory() {
    let time = Time::default();
    let joins = joins(&time);
    let left = measure(|| {
        for number in 0..2_000 {
            succeed(&joins, &number.to_string());
        }
        time.pass(POLICY.dedup_window);
        joins.due(Token::random(), 0);
    });
    assert!(
        left.bytes_max > 200_000 && left.bytes_current == 0,
        "{left:?}"
    );
}

#[test]
fn store_that_is_often_empty_keeps_room_for_a_few_joins() {
    let time = Time::default();
    let [often_empty, never_empty] = [joins(&time), joins(&time)];
    never_empty.arrive("stays", 0, (), Token::random()).unwrap();
    let allocations = [often_empty, never_empty].map(|joins| {
        let one_passes = || {
            succeed(&joins, "7");
            time.pass(POLICY.dedup_window);
            joins.due(Token::random(), 0);
        };
        one_passes();
        measure(one_passes).count_total
    });
    assert_eq!(allocations[0], allocations[1]);
}

/// An arrival forgets two ended joins, and looks at its own key before it comes to the others.
#[test]
fn key_of_an_ended_join_is_free_at_the_end_of_its_window() {
    let time = Time::default();
    let joins = joins(&time);
    let keys: Vec<_> = (0..10).map(|number| number.to_string()).collect();
    for key in &keys {
        succeed(&joins, key);
    }
    time.pass(POLICY.dedup_window);
    for key in keys.iter().rev() {
        let arrived = joins.arrive(key, 0, (), Token::random()).unwrap();
        assert!(matches!(arrived.verdict, Verdict::Waiting(_)));
    }
    assert_eq!(joins.len(), 10);
}
