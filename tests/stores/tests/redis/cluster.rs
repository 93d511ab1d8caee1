//! Joins in a cluster, which moves them to another node meanwhile.

use std::time::Duration;

use linked_span::fan_in::{
    ArrivingInput, Change, Redis, Settlement, Store, StoreError, Token, Verdict,
};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{POLICY, Payload};
use redis::Client;

use crate::lists::{self, complete, numbers, pack_all, use_list};
use crate::nodes::{Node, Nodes};
use crate::ship::{declare, use_all};

#[tokio::test]
async fn functions_on_each_node_pass_every_step() {
    let nodes = Nodes::begin().await;
    let store = nodes.open().await;
    let mut found = [false; 3];
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        let (place, _) = nodes.of(&format!("{{linked_span:{name}}}")).await;
        found[place] = true;
        use_all(&declare(store.clone().named(name))).await;
    }
    assert_eq!(found, [true; 3]);
    let functions = store.functions().await.unwrap();
    let names: Vec<_> = functions
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g", "h"]);
}

#[tokio::test]
async fn lists_on_each_node_are_read() {
    let nodes = Nodes::begin().await;
    let store = nodes.open().await;
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        use_list(store.clone().named(name)).await;
    }
}

#[tokio::test]
async fn connection_to_one_node_is_refused() {
    let nodes = Nodes::begin().await;
    for node in &nodes.0 {
        let client = Client::open(format!("redis://127.0.0.1:{}", node.port)).unwrap();
        let manager = client.get_connection_manager().await.unwrap();
        let error = Redis::new(manager).await.unwrap_err();
        assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            "the server is a node of a cluster: use the connection of a `redis::cluster::ClusterClient`"
        );
    }
}

#[tokio::test]
async fn cluster_with_one_node_that_would_drop_joins_is_refused() {
    let nodes = Nodes::begin().await;
    let evict = ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"];
    let () = nodes.0[2].ask(&evict).await;
    let error = Redis::new(nodes.connect().await).await.unwrap_err();
    assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    assert!(error.to_string().contains("allkeys-lru"), "{error}");
}

async fn set_slot(node: &Node, slot: u16, words: &[&str]) {
    let slot = slot.to_string();
    let () = node
        .ask(&[&["CLUSTER", "SETSLOT", &slot], words].concat())
        .await;
}

async fn keys_in(node: &Node, slot: u16) -> Vec<String> {
    let slot = slot.to_string();
    node.ask(&["CLUSTER", "GETKEYSINSLOT", &slot, "1000"]).await
}

/// Asserts that the second input finds the first while the slot moves, or is refused and redelivered.
async fn assert_is_not_split(order: fn(&mut Vec<String>)) {
    let nodes = Nodes::begin().await;
    let store = declare(nodes.open().await);
    let late = POLICY.timeout(Duration::ZERO);
    for (key, policy) in [("late", late), ("later", late), ("order", POLICY)] {
        // Each arrival opens its join, and may claim an expired one. The test releases that claim.
        let arrival = store.arrive(key, &policy, 0.into(), Payload::new(0), Token::random());
        if let Some(overdue) = arrival.await.unwrap().overdue {
            let settlement = Settlement::Released;
            let token = overdue.token;
            Store::<Payload>::apply(
                &store,
                &overdue.key,
                &late,
                Change::Settle { token, settlement },
            )
            .await
            .unwrap();
        }
    }
    let (from, slot) = nodes.of("{linked_span:ship}").await;
    let (source, target) = (&nodes.0[from], &nodes.0[(from + 1) % 3]);
    // Each set has a member, so that any of a call's keys may be on either node.
    for set in ["sweep", "parked"] {
        let set = format!("{{linked_span:ship}}:{set}");
        let _: u32 = source
            .ask(&["ZADD", &set, "9000000000000", "no join"])
            .await;
    }
    let before = nodes.count().await;
    set_slot(target, slot, &["IMPORTING", &source.id]).await;
    set_slot(source, slot, &["MIGRATING", &target.id]).await;

    let mut keys = keys_in(source, slot).await;
    order(&mut keys);
    for key in &keys {
        for new in ["order", "new"] {
            let arrival = store.arrive(new, &POLICY, 1.into(), Payload::new(1), Token::random());
            let rejected = arrival.await.unwrap_err();
            assert!(
                matches!(rejected.error, StoreError::Failed(_)),
                "{rejected:?}"
            );
        }
        let swept = Store::<Payload>::claim_due(&store, &POLICY, Token(1), 9).await;
        swept.unwrap_err();
        let port = target.port.to_string();
        let migrate = ["MIGRATE", "127.0.0.1", &port, key, "0", "5000"];
        let () = source.ask(&migrate).await;
    }
    assert_eq!(keys_in(target, slot).await.len(), keys.len());
    for node in [target, source, &nodes.0[(from + 2) % 3]] {
        set_slot(node, slot, &["NODE", &target.id]).await;
    }

    assert_eq!(nodes.count().await, before);
    let token = Token::random();
    let (mut verdict, mut overdue) = (None, None);
    // The client has to learn where the slot is.
    for _ in 0..10 {
        let arrival = store
            .arrive("order", &POLICY, 1.into(), Payload::new(1), token)
            .await;
        if let Ok(arrived) = arrival {
            verdict = Some(arrived.verdict);
            overdue = arrived.overdue.map(|due| due.key);
            break;
        }
    }
    let Some(Verdict::Run(claim)) = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(claim.inputs.len(), 2);
    let settled = Store::<Payload>::apply(
        &store,
        "order",
        &POLICY,
        Change::Settle {
            token,
            settlement: Settlement::Completed,
        },
    );
    assert!(settled.await.unwrap());
    // The refused sweeps have claimed nothing.
    let due = Store::<Payload>::claim_due(&store, &POLICY, token, 9)
        .await
        .unwrap();
    let due = due.claims.into_iter();
    let mut keys: Vec<_> = due.map(|due| due.key).chain(overdue).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["late", "later"]);
}

#[tokio::test]
async fn slot_that_moves_with_its_sets_first_splits_no_join() {
    assert_is_not_split(|keys| keys.sort_by_key(|key| key.contains(":join:"))).await;
}

#[tokio::test]
async fn slot_that_moves_with_its_joins_first_splits_no_join() {
    assert_is_not_split(|keys| keys.sort_by_key(|key| !key.contains(":join:"))).await;
}

/// Each arrival is refused while any key of the list is on another node than the others.
#[tokio::test]
async fn slot_that_moves_with_a_list_loses_no_element() {
    let nodes = Nodes::begin().await;
    let worker = Worker::serving(nodes.open().await, "ship", lists::policy());
    pack_all(&worker, "order", [0, 1]).await;
    let (from, slot) = nodes.of("{linked_span:ship}").await;
    let (source, target) = (&nodes.0[from], &nodes.0[(from + 1) % 3]);
    set_slot(target, slot, &["IMPORTING", &source.id]).await;
    set_slot(source, slot, &["MIGRATING", &target.id]).await;
    for key in keys_in(source, slot).await {
        let element = ArrivingInput::element(1, "line 2");
        let (store, policy) = (&worker.store, &worker.policy);
        let arrival = store.arrive("order", policy, element, Payload::new(2), Token::random());
        arrival.await.unwrap_err();
        let port = target.port.to_string();
        let migrate = ["MIGRATE", "127.0.0.1", &port, &key, "0", "5000"];
        let () = source.ask(&migrate).await;
    }
    for node in [target, source, &nodes.0[(from + 2) % 3]] {
        set_slot(node, slot, &["NODE", &target.id]).await;
    }
    let (_, claim) = complete(&worker, "order", 2).await;
    assert_eq!(numbers(&claim), [0, 1]);
}
