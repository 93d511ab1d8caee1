//! The job of a child process, so that each job has its own providers.

use rdkafka::message::OwnedMessage;

use crate::{by_hand, linked, messages, sdk};

const BATCH: usize = 128;

/// Handles messages of a batch.
pub(crate) type Handler = Box<dyn Fn(&[OwnedMessage]) -> usize>;

/// The parts of a job, as the child process reads them.
pub(crate) struct Job {
    pub(crate) work: Work,
    pub(crate) who: Who,
    pub(crate) has_sdk: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    One,
    Batch,
    /// One message, which a function of the user describes.
    View,
    /// That function alone.
    Describe,
    /// The client's reading of the headers alone.
    ReadHeaders,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    ByHand,
    Linked,
}

impl Job {
    pub(crate) fn to_words(&self) -> Vec<String> {
        let work = match self.work {
            Work::One => "one",
            Work::Batch => "batch",
            Work::View => "view",
            Work::Describe => "describe",
            Work::ReadHeaders => "read headers",
        };
        let who = match self.who {
            Who::ByHand => "by hand",
            Who::Linked => "linked",
        };
        let sdk = if self.has_sdk { "sdk" } else { "no sdk" };
        vec![work.to_owned(), who.to_owned(), sdk.to_owned()]
    }

    pub(crate) fn from_words(words: &[&str]) -> Option<Self> {
        let [work, who, sdk] = *words else {
            return None;
        };
        Some(Self {
            work: match work {
                "one" => Work::One,
                "batch" => Work::Batch,
                "view" => Work::View,
                "describe" => Work::Describe,
                "read headers" => Work::ReadHeaders,
                _ => return None,
            },
            who: match who {
                "by hand" => Who::ByHand,
                "linked" => Who::Linked,
                _ => return None,
            },
            has_sdk: sdk == "sdk",
        })
    }

    /// Makes calls for Callgrind to count, after a warm-up. Returns the number of counted calls.
    ///
    /// # Panics
    ///
    /// If the spans do not have the expected links: a job that does nothing has no figures.
    pub(crate) fn work(&self) -> usize {
        let provider = self.has_sdk.then(sdk::provider);
        let messages = messages::messages();
        let call: Handler = match (self.who, self.work) {
            (Who::ByHand, work) => by_hand::handler(provider, work == Work::Batch),
            (Who::Linked, work) => linked::handler(provider, work),
        };
        let (size, calls) = match self.work {
            Work::Batch => (BATCH, 8),
            _ => (1, 256),
        };
        let batches: Vec<&[OwnedMessage]> = messages.chunks(size).take(calls).collect();
        // Without an SDK a call is short, and the check for one, each millisecond, would show.
        let rounds = if self.has_sdk { 4 } else { 64 };
        round(&*call, &batches);
        counted(&*call, &batches, rounds);
        let spans = if self.has_sdk { rounds + 1 } else { 0 };
        assert_eq!(sdk::links(), spans * calls * size);
        rounds * calls
    }
}

/// Callgrind finds this function by its name.
#[inline(never)]
fn counted(call: &dyn Fn(&[OwnedMessage]) -> usize, batches: &[&[OwnedMessage]], rounds: usize) {
    for _ in 0..rounds {
        round(call, batches);
    }
}

fn round(call: &dyn Fn(&[OwnedMessage]) -> usize, batches: &[&[OwnedMessage]]) {
    for batch in batches {
        std::hint::black_box(call(batch));
    }
}
