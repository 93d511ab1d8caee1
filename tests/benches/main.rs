//! What a handler takes, beside the same written by hand and with other crates.
//!
//! `cargo bench -p linked-span-tests` measures everything, in some minutes, and writes `FIGURES.md`. After `--` there may
//! stand `counts`, for the instructions and allocations alone; `bounds`, for those of handlers inside `tracing` and of
//! messages; `check`, for those of five rows, which fails where they
//! have become more than `.ci/instructions.expected` says; and `update`, which writes that file.

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
    // Without it, it is `cargo test` that wants to know whether this runs.
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
