//! Explores every reachable world, and checks every invariant in each of them.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::{Discriminant, discriminant};

use linked_span::fan_in::state::{JoinPolicy, Reply};
use linked_span_tests::ms;

use crate::probes;
use crate::scene::Scene;
use crate::world::World;

/// A hash that multiplies and rotates. The standard library's hash would take most of the test's time.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_ne_bytes(eight));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

type Set<T> = HashSet<T, BuildHasherDefault<Quick>>;

/// Explores breadth first, so that a violation is reported after as few steps as possible.
///
/// Checks that this many kinds of replies were given.
pub(crate) fn explore(scene: &Scene, kinds: usize) {
    let start = World::new(scene);
    let mut seen = Set::from_iter([start.clone()]);
    let mut states = Set::default();
    let mut replies: HashSet<Discriminant<Reply>> = HashSet::new();
    let mut steps = 0_u64;
    let mut moves = Vec::new();
    let mut worlds = vec![start];
    while !worlds.is_empty() {
        let mut next = Vec::new();
        for world in worlds {
            world.moves(&mut moves);
            for step in moves.drain(..) {
                let (after, reply) = world
                    .after(step, scene)
                    .unwrap_or_else(|broken| panic!("{broken}: {step:?} in {world:#?}"));
                steps += 1;
                replies.extend(reply.as_ref().map(discriminant));
                if let Some(state) = after.state
                    && states.insert(state)
                {
                    probes::check(state, scene)
                        .unwrap_or_else(|broken| panic!("{broken}: from {state:#?}"));
                }
                if !seen.contains(&after) {
                    seen.insert(after.clone());
                    next.push(after);
                }
            }
        }
        worlds = next;
    }
    println!(
        "{} worlds with {} states of the join, {steps} steps: {scene:?}",
        seen.len(),
        states.len()
    );
    assert_eq!(
        replies.len(),
        kinds,
        "some reply was never given: {replies:?}"
    );
}

/// The kinds of replies about single inputs: all but `Closed`.
const REPLIES: usize = 12;

pub(crate) const NO_LIMIT: u32 = u32::MAX;

pub(crate) fn policy(
    inputs: u8,
    [timeout, lease, backoff, dedup_window]: [u64; 4],
    max_attempts: u32,
) -> JoinPolicy {
    JoinPolicy::new(inputs)
        .timeout(ms(timeout))
        .lease(ms(lease))
        .backoff(ms(backoff))
        .dedup_window(ms(dedup_window))
        .max_attempts(max_attempts)
}

#[test]
fn two_inputs_explored_keep_all_invariants() {
    explore(&Scene::of_singles(policy(2, [2, 1, 1, 1], 2)), REPLIES);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn two_inputs_without_a_limit_explored_keep_all_invariants() {
    let policy = policy(2, [2, 1, 1, 1], NO_LIMIT);
    explore(&Scene::of_singles(policy), REPLIES);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn two_inputs_with_other_times_explored_keep_all_invariants() {
    for (spans, max_attempts) in [([1, 2, 1, 2], 1), ([3, 2, 2, 1], 3)] {
        explore(&Scene::of_singles(policy(2, spans, max_attempts)), REPLIES);
    }
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn three_inputs_explored_keep_all_invariants() {
    explore(&Scene::of_singles(policy(3, [2, 1, 1, 1], 2)), REPLIES);
}

#[test]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
fn lease_longer_than_the_timeout_explored_keeps_all_invariants() {
    explore(
        &Scene::of_singles(policy(3, [1, 2, 1, 2], NO_LIMIT)),
        REPLIES,
    );
}
