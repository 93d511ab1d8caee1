//! Explores joins of lists.

use linked_span::fan_in::state::{Inputs, JoinPolicy};

use crate::explore::{NO_LIMIT, explore, policy};
use crate::scene::{Item, Scene};

/// All kinds of replies.
const ALL: usize = 13;

const SPANS: [u64; 4] = [2, 1, 1, 1];

/// The order of `#[fan_in(order, packed(count = order.lines.len()))]`, with this count.
fn order(count: u16) -> Item {
    Item::single(0).counts(1, count)
}

fn packed(element: u8) -> Item {
    Item::element(1, element)
}

/// An element of `#[fan_in(reply(count = 2))]`, with this count.
fn reply(element: u8, count: u16) -> Item {
    Item::element(0, element).counts(0, count)
}

fn order_and_list(spans: [u64; 4], max_attempts: u32) -> JoinPolicy {
    policy(2, spans, max_attempts).lists(Inputs::default().with(1))
}

fn one_list(spans: [u64; 4], max_attempts: u32) -> JoinPolicy {
    policy(1, spans, max_attempts).lists(Inputs::default().with(0))
}

/// Three elements arrive for a count of two, before and after the count.
#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn list_of_two_beside_a_single_input_explored_keeps_all_invariants() {
    let items = [
        order(2),
        packed(0).once(),
        packed(1).once(),
        packed(2).once(),
    ];
    explore(&Scene::new(order_and_list(SPANS, 2), &items), ALL);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn list_of_one_beside_a_single_input_explored_keeps_all_invariants() {
    let items = [order(1).once(), packed(0), packed(1).once()];
    explore(&Scene::new(order_and_list(SPANS, 2), &items), ALL);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn repeated_elements_explored_keep_all_invariants() {
    let items = [order(2), packed(0), packed(1)];
    explore(
        &Scene::new(order_and_list([1, 2, 1, 2], NO_LIMIT), &items),
        ALL,
    );
}

/// A quorum: the third reply is one too many.
#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn list_alone_explored_keeps_all_invariants() {
    let items = [reply(0, 2), reply(1, 2), reply(2, 2)];
    explore(&Scene::new(one_list(SPANS, 2), &items), ALL);
}

/// The first arrival completes the join, so none waits.
#[test]
fn list_of_one_alone_explored_keeps_all_invariants() {
    let items = [reply(0, 1), reply(1, 1)];
    explore(&Scene::new(one_list(SPANS, 2), &items), ALL - 2);
}

/// The count of zero completes the join if the order comes first. Elements that come before it are handed over.
#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn count_of_zero_explored_keeps_all_invariants() {
    let items = [order(0), packed(0), packed(1).once()];
    explore(&Scene::new(order_and_list(SPANS, 2), &items), ALL);
}

/// A repeated order gives another count. The first one stays.
#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn second_count_explored_changes_nothing() {
    let items = [
        order(2).once(),
        order(1).once(),
        packed(0).once(),
        packed(1).once(),
    ];
    explore(&Scene::new(order_and_list(SPANS, 2), &items), ALL);
}

/// Each element of a list alone gives the count. The first one stays.
#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn count_of_a_later_element_explored_changes_nothing() {
    let items = [reply(0, 3).once(), reply(1, 1).once(), reply(2, 3).once()];
    explore(&Scene::new(one_list(SPANS, 2), &items), ALL);
}

/// A list takes two elements while its count is unknown, and the third is one too many.
#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn limit_of_a_list_explored_keeps_all_invariants() {
    let items = [
        order(2).once(),
        packed(0).once(),
        packed(1).once(),
        packed(2).once(),
    ];
    let policy = order_and_list(SPANS, NO_LIMIT).max_elements(2);
    explore(&Scene::new(policy, &items), ALL);
}

/// An order counts two lists.
#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn two_lists_explored_keep_all_invariants() {
    let order = order(1).counts(2, 2);
    let labels = [0, 1].map(|element| Item::element(2, element).once());
    let items = [order.once(), packed(0).once(), labels[0], labels[1]];
    let policy = policy(3, SPANS, 2).lists(Inputs::default().with(1).with(2));
    explore(&Scene::new(policy, &items), ALL);
}
