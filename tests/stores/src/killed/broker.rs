//! A broker that delivers at least once.

use std::collections::VecDeque;
use std::time::Duration;

use super::process::{Heard, Workers};
use super::random::Random;

/// How many messages a worker may have unacknowledged.
const AT_ONCE: usize = 24;

/// A message: an input of a join, or an element of its list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) key: String,
    pub(super) input: u8,
}

#[derive(Debug, Default)]
pub(super) struct Broker {
    queue: VecDeque<Message>,
    /// How many messages are not acknowledged.
    left: usize,
    deliveries: u64,
}

impl Broker {
    /// Adds the inputs of joins in random order, each one to three times.
    pub(super) fn add(
        &mut self,
        keys: impl Iterator<Item = String>,
        inputs: u8,
        random: &mut Random,
    ) {
        let mut messages = Vec::new();
        for key in keys {
            for input in 0..inputs {
                for _ in 0..=random.below(3) {
                    let key = key.clone();
                    messages.push(Message { key, input });
                }
            }
        }
        random.shuffle(&mut messages);
        self.left += messages.len();
        self.queue.extend(messages);
    }

    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn deliveries(&self) -> u64 {
        self.deliveries
    }

    /// Delivers as many messages to each worker as it can take.
    pub(super) fn deliver(&mut self, workers: &mut Workers) {
        for place in 0..workers.len() {
            while workers.in_hand(place) < AT_ONCE {
                let Some(message) = self.queue.pop_front() else {
                    return;
                };
                self.deliveries += 1;
                workers.send(place, message);
            }
        }
    }

    /// Reads the workers' dispositions.
    ///
    /// A worker that has died is started again, and its unacknowledged messages are redelivered.
    pub(super) fn hear(&mut self, workers: &mut Workers, random: &mut Random) {
        for heard in workers.hear(Duration::from_millis(20)) {
            match heard {
                Heard::Acknowledged => self.left -= 1,
                Heard::Again(message) => {
                    let place = random.below(self.queue.len() + 1);
                    self.queue.insert(place, message);
                }
                Heard::Died(messages) => self.queue.extend(messages),
            }
        }
    }
}
