//! Counts of Callgrind: instructions, and calls of the allocator.

use std::collections::HashMap;
use std::process::Command;
use std::{env, fs, process};

use crate::child;
use crate::job::Job;

/// The functions of the C library that Rust's allocator calls.
const ALLOCATING: [&str; 5] = [
    "malloc",
    "calloc",
    "realloc",
    "posix_memalign",
    "aligned_alloc",
];

/// Callgrind counts all threads while the function with this name runs.
const COUNTED: &str = "*::counted";

#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) instructions: f64,
    pub(crate) allocations: f64,
}

/// Returns the cost of one call of a job.
pub(crate) fn count(job: &Job) -> Counts {
    let rest = env::temp_dir().join(format!("linked-span-callgrind.{}", process::id()));
    let counted = rest.with_added_extension("1");
    let program = child::program(job);
    let output = child::succeed(
        Command::new("valgrind")
            .arg("--tool=callgrind")
            .arg(format!("--zero-before={COUNTED}"))
            .arg(format!("--dump-after={COUNTED}"))
            .arg(format!("--callgrind-out-file={}", rest.display()))
            .arg(program.get_program())
            .args(program.get_args()),
    );
    let calls = child::numbers(&output)[0];
    let profile = fs::read_to_string(&counted).expect("Callgrind's profile");
    for file in [counted, rest] {
        let _ = fs::remove_file(file);
    }
    Counts {
        instructions: instructions(&profile) as f64 / calls,
        allocations: allocations(&profile) as f64 / calls,
    }
}

/// Returns all counted instructions in a profile of this format: <https://valgrind.org/docs/manual/cl-format.html>.
fn instructions(profile: &str) -> u64 {
    let total = profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    total.map_or(0, first_number)
}

/// Returns the calls of all allocating functions by other functions.
fn allocations(profile: &str) -> u64 {
    let mut allocations = 0;
    let mut names = HashMap::new();
    let mut called = "";
    for line in profile.lines() {
        if let Some(function) = line.strip_prefix("cfn=") {
            called = name(function, &mut names);
        } else if let Some(function) = line.strip_prefix("fn=") {
            name(function, &mut names);
        } else if let Some(calls) = line.strip_prefix("calls=")
            && ALLOCATING.contains(&called)
        {
            allocations += first_number(calls);
        }
    }
    allocations
}

/// Returns a function's name. A profile names it once, as in `(12) malloc`, and then only as `(12)`.
fn name<'a>(function: &'a str, names: &mut HashMap<&'a str, &'a str>) -> &'a str {
    match function.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(function).copied().unwrap_or_default(),
    }
}

fn first_number(text: &str) -> u64 {
    let number = text.split_whitespace().next();
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}
