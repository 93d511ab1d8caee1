//! Shows flows: the traces that span links connect, in a web page on this machine, as they happen.
//!
//! ```text
//! cargo run --package flow
//! OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 cargo run --example order_fulfillment
//! ```
//!
//! It receives OTLP on the usual ports. `flow draw FILE` and `flow print FILE` read the output of a collector's file
//! exporter, and write a picture and a tree.

#![allow(
    clippy::format_push_string,
    reason = "a page has few parts, and `write!` to a string hides an error"
)]

mod arguments;
mod files;
mod page;
mod receive;
mod serve;
mod store;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        None => serve::run(&arguments.serve),
        Some(Command::Draw { file }) => files::draw(file.as_deref()),
        Some(Command::Print { file }) => files::print(file.as_deref()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
