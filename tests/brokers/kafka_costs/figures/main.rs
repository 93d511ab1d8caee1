//! The cost of a handler of Kafka messages, beside code written by hand, in instructions and allocations.
//!
//! `cargo bench --package linked-span-tests-brokers-kafka-costs` in `tests/brokers` prints the tables, and fails if a bound is exceeded. It needs valgrind.

#![expect(
    clippy::cast_precision_loss,
    reason = "nothing is measured that exactly"
)]

mod by_hand;
#[path = "../../../benches/callgrind.rs"]
mod callgrind;
#[path = "../../../benches/child.rs"]
#[expect(dead_code, reason = "`figures` times other jobs")]
mod child;
mod job;
mod linked;
mod messages;
mod sdk;

use std::env;
use std::process::ExitCode;

use self::callgrind::count;
use self::job::{Job, Who, Work};

/// Instructions of this crate's handler, as a part of those of the code by hand.
const BESIDE: [(&str, Work, f64); 2] = [
    ("a message", Work::One, 0.76),
    ("a batch of 128 messages", Work::Batch, 0.74),
];

/// Instructions of this crate's handler without an SDK, without an allocation.
const WITHOUT_SDK: f64 = 270.0;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Without this flag, `cargo test` checks that the program starts.
    if !words.contains(&"--bench") {
        return ExitCode::SUCCESS;
    }
    let words: Vec<&str> = words
        .into_iter()
        .filter(|word| *word != "--bench")
        .collect();
    if let ["job", ref words @ ..] = words[..] {
        let job = Job::from_words(words).expect("the words of a job");
        println!("{}", job.work());
        return ExitCode::SUCCESS;
    }
    if tables() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints the tables, and returns `true` if all bounds are met.
fn tables() -> bool {
    let mut are_met = true;
    let mut verdict = |is_met: bool| {
        are_met &= is_met;
        if is_met { "met" } else { "**not met**" }
    };
    println!("|  | by hand | `linked_span` | at most |  | allocations | allocations of ours |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (title, work, most) in BESIDE {
        let [theirs, ours] = [Who::ByHand, Who::Linked].map(|who| {
            count(&Job {
                work,
                who,
                has_sdk: true,
            })
        });
        let ratio = ours.instructions / theirs.instructions;
        println!(
            "| {title} | {:.0} | {:.0} ({ratio:.2}) | {most} | {} | {:.0} | {:.0} |",
            theirs.instructions,
            ours.instructions,
            verdict(ratio <= most),
            theirs.allocations,
            ours.allocations,
        );
    }
    println!("\n| without an SDK | instructions | at most |  | allocations |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let without_sdk = |work| {
        count(&Job {
            work,
            who: Who::Linked,
            has_sdk: false,
        })
    };
    for (title, work) in [
        ("a message", Work::One),
        ("a message, by a view, without the view", Work::View),
        ("a batch of 128 messages", Work::Batch),
    ] {
        let mut ours = without_sdk(work);
        if work == Work::View {
            ours.instructions -= without_sdk(Work::Describe).instructions;
        }
        let is_met = ours.instructions <= WITHOUT_SDK && ours.allocations < 1.0;
        println!(
            "| {title} | {:.0} | {WITHOUT_SDK} | {} | {:.0} |",
            ours.instructions,
            verdict(is_met),
            ours.allocations.floor(),
        );
    }
    are_met
}
