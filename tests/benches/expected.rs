//! Expected counts of five rows, so that an increase is noticed.

#[cfg(not(feature = "metrics"))]
use std::fmt::Write;
use std::fs;
use std::process::ExitCode;

use linked_span_tests::figures::number;

use crate::callgrind::{Counts, count};
use crate::job::Job;
use crate::peers::Who;
use crate::rows::Row;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/instructions.expected");

#[cfg(not(feature = "metrics"))]
const ROWS: [&str; 5] = [
    "one event with a state",
    "not sampled, with a state",
    "without an SDK, with a state",
    "async, 10 polls",
    "a batch of 128",
];

/// The rows with metrics: without a meter provider, and with one.
#[cfg(feature = "metrics")]
const ROWS: [&str; 2] = ["without an SDK, with a state", "measured, four attributes"];

/// The largest cost of metrics without a meter provider, and the largest cost that a provider adds.
#[cfg(feature = "metrics")]
const ADDED: [f64; 2] = [200.0, 2_600.0];

/// Code written by hand costs more or less on another machine, whose C library differs. Our expected counts are scaled
/// by that ratio.
const BY_HAND: &str = "by hand, one event with a state";

/// By how much the counts may exceed the expected ones.
#[cfg(not(feature = "metrics"))]
const MARGIN: f64 = 1.03;

/// Instructions per call of checks that run once a millisecond. Callgrind has time for few calls in a millisecond, and
/// fewer on a slower machine.
#[cfg(not(feature = "metrics"))]
const SLACK: f64 = 60.0;

#[cfg(not(feature = "metrics"))]
const HEAD: &str = "\
# Instructions and allocations per call, by Callgrind, with the compiler of the CI. `.ci/instructions` fails if they are
# exceeded by more than 3 %, scaled by the count of the handler written by hand on that machine. If an increase is intended,
# run `.ci/instructions update`, which writes this file.
";

/// Fails if a row exceeds its expected count, or has none.
#[cfg(not(feature = "metrics"))]
pub(crate) fn check() -> ExitCode {
    let expected = fs::read_to_string(FILE).expect("what is expected");
    let scale = scale(&expected);
    println!("The handler written by hand takes {scale:.3} of its expected count on this machine.");
    let mut exceeded = false;
    for (row, counted) in counted() {
        let expected = find(&expected, row).map(|expected| Counts {
            instructions: expected.instructions * scale,
            ..expected
        });
        let is_over = expected.is_none_or(|expected| exceeds(counted, expected));
        exceeded |= is_over;
        let verdict = if is_over {
            "MORE THAN 3 % ABOVE the expected count:"
        } else {
            "as expected:"
        };
        let expected = expected.map_or_else(|| "nothing".to_owned(), describe);
        println!("{row}: {}; {verdict} {expected}", describe(counted));
    }
    if exceeded {
        println!("Where that is what it has to be: .ci/instructions update");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Fails if metrics add more than their limit to a handler without metrics, or an allocation.
#[cfg(feature = "metrics")]
pub(crate) fn check() -> ExitCode {
    let expected = fs::read_to_string(FILE).expect("what is expected");
    let scale = scale(&expected);
    let without = find(&expected, ROWS[0]).expect("what a handler takes without metrics");
    let mut before = Counts {
        instructions: without.instructions * scale,
        ..without
    };
    let mut exceeded = false;
    for ((row, counted), most) in counted().zip(ADDED) {
        let added = counted.instructions - before.instructions;
        let is_over = added > most * scale || counted.allocations > before.allocations;
        exceeded |= is_over;
        let verdict = if is_over { "MORE THAN" } else { "under" };
        let (added, most) = (number(added), number(most));
        println!(
            "with metrics, {row}: {}; {added} more, {verdict} {most}",
            describe(counted)
        );
        before = counted;
    }
    if exceeded {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Writes the current counts as the expected ones.
#[cfg(not(feature = "metrics"))]
pub(crate) fn update() {
    let mut text = HEAD.to_owned();
    for (row, counted) in [(BY_HAND, by_hand())].into_iter().chain(counted()) {
        let Counts {
            instructions,
            allocations,
        } = counted;
        writeln!(text, "{instructions:.0} {allocations:.0} {row}").expect("a string");
    }
    print!("{text}");
    fs::write(FILE, text).expect("a file to write to");
}

fn scale(expected: &str) -> f64 {
    find(expected, BY_HAND).map_or(1.0, |expected| {
        by_hand().instructions / expected.instructions
    })
}

fn by_hand() -> Counts {
    let row = Row::called("one event with a state").expect("the row");
    count(&Job::Run(row, Who::ByHand))
}

fn counted() -> impl Iterator<Item = (&'static str, Counts)> {
    let rows = ROWS.into_iter().filter_map(Row::called);
    rows.map(|row| {
        let counted = count(&Job::Run(row, Who::Linked));
        // The check that runs once a millisecond allocates too, which is less than one allocation per call.
        let allocations = counted.allocations.floor();
        (
            row.title,
            Counts {
                allocations,
                ..counted
            },
        )
    })
}

fn find(expected: &str, row: &str) -> Option<Counts> {
    expected.lines().find_map(|line| {
        let (instructions, rest) = line.split_once(' ')?;
        let (allocations, name) = rest.split_once(' ')?;
        (name == row).then_some(Counts {
            instructions: instructions.parse().ok()?,
            allocations: allocations.parse().ok()?,
        })
    })
}

#[cfg(not(feature = "metrics"))]
fn exceeds(counted: Counts, expected: Counts) -> bool {
    counted.instructions > expected.instructions * MARGIN + SLACK
        || counted.allocations > expected.allocations * MARGIN
}

fn describe(counts: Counts) -> String {
    let [instructions, allocations] = [counts.instructions, counts.allocations].map(number);
    format!("{instructions} instructions, {allocations} allocations")
}
