//! More incomplete joins than the store has room for.

use linked_span::fan_in::{Memory, Settlement, StoreError, Token, Verdict};
use linked_span_tests::Time;

use crate::{Joins, POLICY};

#[test]
fn full_store_returns_the_input_and_evicts_nothing() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new().capacity(1_000)),
        policy: POLICY,
    };
    for number in 0..3_000 {
        let arrived = joins.arrive(&number.to_string(), 0, number, Token::random());
        if number < 1_000 {
            assert!(matches!(arrived.unwrap().verdict, Verdict::Waiting(_)));
        } else {
            let rejected = arrived.unwrap_err();
            assert!(matches!(rejected.error, StoreError::Full));
            assert_eq!(rejected.payload, number);
        }
    }
    assert_eq!(joins.len(), 1_000);

    // The joins that are already open complete, and make room for others.
    for number in 0..1_000 {
        let key = number.to_string();
        joins.arrive(&key, 1, number, Token::random()).unwrap();
        let token = Token::random();
        let last = joins.arrive(&key, 2, number, token).unwrap();
        let Verdict::Run(claim) = last.verdict else {
            panic!("all have come")
        };
        assert!(claim.inputs.iter().all(|input| *input.payload == number));
        assert!(joins.settle(&key, token, Settlement::Completed));
    }
    assert_eq!(joins.len(), 0);
    for number in 3_000..4_000 {
        let arrived = joins.arrive(&number.to_string(), 0, number, Token::random());
        assert!(matches!(arrived.unwrap().verdict, Verdict::Waiting(_)));
    }
    assert_eq!(joins.len(), 1_000);
}

#[test]
fn full_store_without_a_sweep_empties_itself() {
    let time = Time::default();
    let joins = Joins {
        memory: time.of(Memory::new().capacity(100)),
        policy: POLICY,
    };
    for number in 0..100 {
        joins
            .arrive(&number.to_string(), 0, number, Token::random())
            .unwrap();
    }
    time.pass(POLICY.timeout);
    let (mut arrivals, mut refused) = (0, 0);
    let mut delivered = std::collections::BTreeSet::new();
    while delivered.len() < 100 {
        arrivals += 1;
        assert!(arrivals < 100_000, "{} are left", 100 - delivered.len());
        // The key is always the same, and so is its shard.
        let token = Token::random();
        let overdue = match joins.arrive("another", 0, 100, token) {
            Ok(arrived) => arrived.overdue,
            Err(rejected) => {
                refused += 1;
                rejected.overdue
            }
        };
        if let Some(due) = overdue {
            assert!(joins.settle(&due.key, due.token, Settlement::ExpiryDelivered));
            assert!(delivered.insert(due.key));
        }
    }
    assert!(refused > 0);
    assert_eq!(joins.len(), 1);
}
