//! Starts a job in a separate process.

use std::env;
use std::process::{Command, Output};

use crate::job::Job;

/// Returns the job's figures.
///
/// # Panics
///
/// If the job failed.
pub(crate) fn figures(job: &Job) -> Vec<f64> {
    numbers(&succeed(&mut program(job)))
}

pub(crate) fn numbers(output: &Output) -> Vec<f64> {
    let printed = String::from_utf8_lossy(&output.stdout);
    let numbers = printed.split_whitespace().map(str::parse);
    numbers.collect::<Result<_, _>>().expect("numbers")
}

/// Returns the command that runs this program with a job.
pub(crate) fn program(job: &Job) -> Command {
    let mut command = Command::new(env::current_exe().expect("a path"));
    command.arg("--bench").arg("job").args(job.to_words());
    command
}

pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
