//! The cost of a handler of Kafka messages, beside code written by hand, in instructions and allocations.
//!
//! `cargo bench --package linked-span-tests-brokers-kafka-costs` in `tests/brokers` writes `FIGURES.md`, and fails if a bound is exceeded. It needs valgrind.

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

use std::fmt::Write;
use std::process::ExitCode;
use std::{env, fs};

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
    let (text, are_met) = tables();
    print!("{text}");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/FIGURES.md");
    fs::write(file, text).expect("a file to write to");
    if are_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

const HEAD: &str = "\
# Figures of Kafka's messages

Made by `cargo bench --package linked-span-tests-brokers-kafka-costs` in `tests/brokers`, which fails if a bound is exceeded.

Messages are rdkafka's, in memory, with a `traceparent` and a `tracestate`. The code by hand uses OpenTelemetry's API and the
SDK's propagator, records the same attributes, and does not compare the messages of a batch. Instructions and allocations of a
call are counted by Callgrind.
";

/// Returns the tables, and `true` if all bounds are met.
fn tables() -> (String, bool) {
    let mut text = HEAD.to_owned();
    let mut are_met = true;
    let mut verdict = |is_met: bool| {
        are_met &= is_met;
        if is_met { "met" } else { "**not met**" }
    };
    text += "\n## With an SDK\n\n";
    text += "|  | by hand | `linked_span` | at most |  | allocations | allocations of ours |\n";
    text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for (title, work, most) in BESIDE {
        let [theirs, ours] = [Who::ByHand, Who::Linked].map(|who| {
            count(&Job {
                work,
                who,
                has_sdk: true,
            })
        });
        let ratio = ours.instructions / theirs.instructions;
        let _ = writeln!(
            text,
            "| {title} | {:.0} | {:.0} ({ratio:.3}) | {most} | {} | {:.0} | {:.0} |",
            theirs.instructions,
            ours.instructions,
            verdict(ratio <= most),
            theirs.allocations.floor(),
            ours.allocations.floor(),
        );
    }
    text += "\n## Without an SDK\n\n";
    text += "\"Not ours\" is the client's reading of the headers, or the function of the view; it is left out.\n\n";
    text += "|  | not ours | `linked_span` | at most |  | allocations |\n";
    text += "| --- | ---: | ---: | ---: | ---: | ---: |\n";
    let without_sdk = |work| {
        count(&Job {
            work,
            who: Who::Linked,
            has_sdk: false,
        })
    };
    for (title, work, not_ours) in [
        ("a message", Work::One, Some(Work::ReadHeaders)),
        ("a message, by a view", Work::View, Some(Work::Describe)),
        ("a batch of 128 messages", Work::Batch, None),
    ] {
        let not_ours = not_ours.map_or(0.0, |work| without_sdk(work).instructions);
        let counts = without_sdk(work);
        let ours = counts.instructions - not_ours;
        let is_met = ours <= WITHOUT_SDK && counts.allocations < 1.0;
        let _ = writeln!(
            text,
            "| {title} | {not_ours:.0} | {ours:.0} | {WITHOUT_SDK} | {} | {:.0} |",
            verdict(is_met),
            counts.allocations.floor(),
        );
    }
    (text, are_met)
}
