//! What an arrival takes in each store, beside the least that a database could be asked to do instead.
//!
//! `cargo bench -p linked-span-tests-stores --features servers` starts the servers, and itself as the processes that share
//! them, takes some minutes, and writes `FIGURES.md`. After `--` there may stand the name of a store, as `Redis`, for what is
//! of that alone, which is printed and not written down.

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
    // Without it, it is `cargo test` that wants to know whether this runs.
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
