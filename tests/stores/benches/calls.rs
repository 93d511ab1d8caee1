//! What arrives where: keys, inputs, and what is in them.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Of a join: two that wait, and one that runs.
pub(crate) const INPUTS: u8 = 3;

/// How many bytes an event has.
const SIZE: usize = 256;

/// What the stores write down besides.
const BESIDES: &str = r#"{"version":1,"input":""}"#;

/// An input of a key.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) key: String,
    pub(crate) input: u8,
}

/// Who shares a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sharing {
    pub(crate) processes: usize,
    /// How many calls each of them makes.
    pub(crate) at_once: usize,
}

/// One of those processes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) process: usize,
    pub(crate) of: Sharing,
    /// How many keys all of them handle in a round.
    pub(crate) keys: usize,
}

impl Part {
    /// What arrives here, in its order: the inputs of a key in different processes, and those of many others between them.
    pub(crate) fn calls(self, round: u32) -> Vec<Call> {
        let apart = self.keys / 8;
        let last = self.keys + usize::from(INPUTS) * apart;
        let mut calls = Vec::new();
        for step in 0..last {
            for input in 0..INPUTS {
                let place = usize::from(input);
                let number = step
                    .checked_sub(place * apart)
                    .filter(|number| *number < self.keys && self.handles(number + place));
                if let Some(number) = number {
                    let key = self.key(round, number);
                    calls.push(Call { key, input });
                }
            }
        }
        calls
    }

    fn handles(self, number: usize) -> bool {
        number % self.of.processes == self.process
    }

    /// Of 32 bytes, in no order, and none of those who share the store otherwise.
    fn key(self, round: u32, number: usize) -> String {
        let Sharing { processes, at_once } = self.of;
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let half = |half: u8| hasher.hash_one((processes, at_once, round, number, half));
        format!("{:016x}{:016x}", half(0), half(1))
    }
}

/// What is in an input.
pub(crate) fn event() -> String {
    letters(SIZE)
}

/// As many bytes as a store keeps of an event.
pub(crate) fn kept() -> String {
    letters(SIZE + BESIDES.len())
}

fn letters(count: usize) -> String {
    ('a'..='z').cycle().take(count).collect()
}
