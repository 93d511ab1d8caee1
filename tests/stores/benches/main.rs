//! The cost of an arrival in each store, beside the least work that a database could do instead.
//!
//! `cargo bench -p linked-span-tests-stores --features servers` starts the servers, and itself as the processes that
//! share them. It takes some minutes, and writes `FIGURES.md`. The name of a store after `--`, such as `Redis`,
//! measures only that store, and prints the result.

#![expect(
    clippy::cast_precision_loss,
    reason = "nothing is measured that exactly"
)]

mod at_once;
mod bare;
mod calls;
mod counted;
mod file;
mod measured;
mod place;
mod processes;
mod tables;
mod task;
mod worker;

use std::env;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    // Without this flag, `cargo test` checks that the program starts.
    if !words.iter().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    let words = words.iter().filter(|word| *word != "--bench");
    match words.map(String::as_str).collect::<Vec<_>>()[..] {
        ["process", url, ref words @ ..] => worker::work_at(url, words).await,
        [] => file::write().await,
        [store] if tables::print(store).await => {}
        _ => {
            eprintln!("after `--`: nothing, or the name of a store, as `Redis`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
