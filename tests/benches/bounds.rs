//! The tables of handlers whose cost has a bound: inside `tracing`, and of messages.

use linked_span_tests::figures::{Table, compared, number};

use crate::callgrind::{Counts, count};
use crate::job::Job;
use crate::peers::Who;
use crate::rows::Row;

/// A row, and what this crate's handler may take of the other's instructions at most.
const IN_TRACING: [(&str, f64); 8] = [
    ("one event, layer alone", 0.85),
    ("one event, bare layer alone", 0.85),
    ("one event, layer, EnvFilter and fmt", 0.85),
    ("one event, bare layer, EnvFilter and fmt", 0.85),
    ("async, 10 polls, layer alone", 0.85),
    ("async, 10 polls, layer, EnvFilter and fmt", 0.85),
    ("a batch of 16, layer alone", 0.85),
    ("a batch of 16, layer, EnvFilter and fmt", 0.85),
];

/// The bounds are of rdkafka's messages. A view reads a struct of the program's own, in place of a client's message.
const OF_MESSAGES: [(&str, f64); 2] = [("a message", 0.76), ("a batch of 128 messages", 0.74)];

/// A row, the same outside of `tracing`, and how many instructions it may take more.
const ADDED: [(&str, &str, f64); 3] = [
    (
        "one event, span rejected by its target",
        "one event with a state",
        300.0,
    ),
    (
        "one event, span rejected by its level",
        "one event with a state",
        300.0,
    ),
    (
        "one event, span rejected, without a provider",
        "without an SDK, with a state",
        300.0,
    ),
];

/// A row, and how many instructions it may take, without an allocation.
const WITHOUT_PROVIDER: [(&str, f64); 2] = [
    ("one event, span rejected, without a provider", 320.0),
    ("a message, without an SDK", 270.0),
];

const LARGE_BATCHES: [&str; 6] = [
    "many producers, links dropped",
    "many producers",
    "many producers, merged",
    "one producer",
    "one producer, merged",
    "one producer, equal events",
];

pub(crate) fn tables() -> String {
    format!(
        "{}{}{}{}{}",
        beside(
            "Inside `tracing`: instructions and allocations a call",
            Who::Instrument,
            &IN_TRACING
        ),
        added(),
        beside(
            "Messages: instructions and allocations a call",
            Who::ByHand,
            &OF_MESSAGES
        ),
        without_provider(),
        large_batches(),
    )
}

fn beside(title: &'static str, other: Who, rows: &[(&str, f64)]) -> Table {
    let (others, ours) = (other.title(), Who::Linked.title());
    let head = [
        "",
        others,
        ours,
        "at most",
        "",
        "allocations",
        "allocations of ours",
    ];
    let mut table = Table::new(title, head);
    for (row, most) in rows {
        let [theirs, ours] = [other, Who::Linked].map(|who| counted(row, who));
        let ratio = ours.instructions / theirs.instructions;
        table.push(
            row,
            [
                number(theirs.instructions),
                compared(Some(ours.instructions), Some(theirs.instructions)),
                format!("{most}"),
                verdict(ratio <= *most),
                number(theirs.allocations),
                number(ours.allocations),
            ],
        );
    }
    table
}

fn added() -> Table {
    let head = [
        "",
        "outside `tracing`",
        "rejected",
        "more",
        "at most",
        "",
        "allocations outside",
        "allocations",
    ];
    let mut table = Table::new(
        "Inside `tracing`, with a filter that rejects the handler's `tracing` span",
        head,
    );
    for (row, outside, most) in ADDED {
        let [outside, counts] = [outside, row].map(|row| counted(row, Who::Linked));
        let more = counts.instructions - outside.instructions;
        table.push(
            row,
            [
                number(outside.instructions),
                number(counts.instructions),
                number(more),
                number(most),
                verdict(more <= most),
                number(outside.allocations),
                number(counts.allocations),
            ],
        );
    }
    table
}

fn without_provider() -> Table {
    let head = ["", "instructions", "at most", "", "allocations"];
    let mut table = Table::new("Without a provider", head);
    for (row, most) in WITHOUT_PROVIDER {
        let counts = counted(row, Who::Linked);
        let is_met = counts.instructions <= most && counts.allocations < 1.0;
        table.push(
            row,
            [
                number(counts.instructions),
                number(most),
                verdict(is_met),
                number(counts.allocations),
            ],
        );
    }
    table
}

/// What `LinkOverflow` costs for a batch of 10,000 events, by their producers.
fn large_batches() -> Table {
    let mut table = Table::new(
        "A batch of 10,000 events",
        ["", "instructions", "links", "allocations"],
    );
    let rows = LARGE_BATCHES.map(|title| (title, counted(title, Who::Linked)));
    let dropping = rows[0].1.instructions;
    for (title, counts) in rows {
        let links = Row::called(title).map(|row| row.links_a_call(Who::Linked));
        table.push(
            title,
            [
                compared(Some(counts.instructions), Some(dropping)),
                number(links.unwrap_or_default() as f64),
                number(counts.allocations),
            ],
        );
    }
    table
}

fn counted(row: &str, who: Who) -> Counts {
    eprintln!("counting {row}, {}", who.title());
    let row = Row::called(row).expect("the row");
    let counts = count(&Job::Run(row, who));
    Counts {
        allocations: counts.allocations.floor(),
        ..counts
    }
}

fn verdict(is_met: bool) -> String {
    if is_met { "met" } else { "**not met**" }.to_owned()
}
