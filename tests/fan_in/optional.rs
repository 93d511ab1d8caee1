//! Explores joins with optional inputs.

use linked_span::fan_in::state::{Inputs, JoinPolicy};

use crate::explore::{NO_LIMIT, explore, policy};
use crate::scene::{Item, Scene};

/// All kinds of replies.
const ALL: usize = 13;

fn order_and_coupon(spans: [u64; 4], max_attempts: u32) -> JoinPolicy {
    policy(2, spans, max_attempts).optional(Inputs::default().with(1))
}

/// The broker delivers each input once, unless a reply is lost.
#[test]
fn optional_input_explored_keeps_all_invariants() {
    let items = [Item::single(0).once(), Item::single(1).once()];
    let policy = order_and_coupon([2, 1, 1, 1], 2);
    explore(&Scene::new(policy, &items), ALL);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn repeated_optional_input_explored_keeps_all_invariants() {
    let items = [Item::single(0), Item::single(1)];
    let policy = order_and_coupon([2, 1, 1, 1], 2);
    explore(&Scene::new(policy, &items), ALL);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn optional_input_with_a_long_lease_explored_keeps_all_invariants() {
    let items = [Item::single(0), Item::single(1)];
    let policy = order_and_coupon([1, 2, 1, 2], NO_LIMIT);
    explore(&Scene::new(policy, &items), ALL);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn two_optional_inputs_explored_keep_all_invariants() {
    let items = [
        Item::single(0),
        Item::single(1).once(),
        Item::single(2).once(),
    ];
    let policy = policy(3, [2, 1, 1, 1], 2).optional(Inputs::default().with(1).with(2));
    explore(&Scene::new(policy, &items), ALL);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn list_beside_an_optional_input_explored_keeps_all_invariants() {
    let reply = |element| Item::element(0, element).counts(0, 2).once();
    let items = [reply(0), reply(1), reply(2), Item::single(1)];
    let policy = order_and_coupon([2, 1, 1, 1], 2).lists(Inputs::default().with(0));
    explore(&Scene::new(policy, &items), ALL);
}
