//! The arrivals of a benchmark: keys, inputs and payloads.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// The inputs of a join: two that wait, and one that runs it.
pub(crate) const INPUTS: u8 = 3;

/// The size of an event in bytes.
const SIZE: usize = 256;

/// What the stores write in addition to the event.
const BESIDES: &str = r#"{"version":1,"input":""}"#;

/// An input of a key.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) key: String,
    pub(crate) input: u8,
}

/// The processes that share a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sharing {
    pub(crate) processes: usize,
    /// The number of concurrent calls of each process.
    pub(crate) at_once: usize,
}

/// One of those processes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) process: usize,
    pub(crate) of: Sharing,
    /// The number of keys that all processes together handle in a round.
    pub(crate) keys: usize,
}

impl Part {
    /// Returns this process's arrivals in their order.
    ///
    /// Different processes have the inputs of a key, with many other inputs between them.
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

    /// Returns a key of 32 bytes. Keys have no order, and no other process has the same keys.
    fn key(self, round: u32, number: usize) -> String {
        let Sharing { processes, at_once } = self.of;
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let half = |half: u8| hasher.hash_one((processes, at_once, round, number, half));
        format!("{:016x}{:016x}", half(0), half(1))
    }
}

/// Returns an event.
pub(crate) fn event() -> String {
    letters(SIZE)
}

/// Returns text of the size that a store keeps of an event.
pub(crate) fn kept() -> String {
    letters(SIZE + BESIDES.len())
}

fn letters(count: usize) -> String {
    ('a'..='z').cycle().take(count).collect()
}
