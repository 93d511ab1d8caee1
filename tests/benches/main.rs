//! The cost of a handler, beside code written by hand and other crates.
//!
//! `cargo bench -p linked-span-tests` measures everything in some minutes, and writes `FIGURES.md`. These words after
//! `--` change that:
//! - `counts` only counts instructions and allocations.
//! - `bounds` counts handlers inside `tracing` and of messages, which have bounds.
//! - `check` counts five rows, and fails if one exceeds its count in `.ci/instructions.expected`.
//! - `update` writes that file.

#![expect(
    clippy::cast_precision_loss,
    reason = "nothing is measured that exactly"
)]

mod body;
mod bounds;
mod callgrind;
mod cell;
mod child;
mod counts;
mod events;
mod expected;
mod file;
mod job;
mod joins;
mod layers;
mod peers;
mod rows;
mod sdk;
mod threads;
mod times;

use std::env;
use std::process::ExitCode;

use self::job::Job;

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
    match words[..] {
        ["job", ref words @ ..] => {
            let job = Job::from_words(words).expect("the words of a job");
            for figure in job.work() {
                println!("{figure}");
            }
        }
        [] => file::write(),
        ["counts"] => print!("{}", counts::tables()),
        ["bounds"] => print!("{}", bounds::tables()),
        ["check"] => return expected::check(),
        #[cfg(not(feature = "metrics"))]
        ["update"] => expected::update(),
        _ => {
            eprintln!("after `--`: nothing, or `counts`, or `bounds`, or `check`, or `update`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
