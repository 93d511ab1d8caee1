//! The tables of Callgrind's counts.

use linked_span_tests::figures::{Table, compared};

use crate::callgrind::{Counts, count};
use crate::job::Job;
use crate::joins::Store;
use crate::peers::Who;
use crate::rows::ROWS;

/// Few enough open joins for Callgrind. The cost of many joins does not show in instructions.
const OPEN: usize = 1_024;

pub(crate) fn tables() -> String {
    let [instructions, allocations] = of_handlers();
    format!("{instructions}{allocations}{}", of_joins())
}

fn of_handlers() -> [Table; 2] {
    let head = || [""].into_iter().chain(Who::ALL.map(Who::title));
    let mut instructions = Table::new("Instructions a call", head());
    let mut allocations = Table::new("Allocations a call", head());
    for row in ROWS {
        eprintln!("counting {}", row.title);
        let counts = Who::ALL.map(|who| row.has(who).then(|| count(&Job::Run(row, who))));
        let column = |of: fn(Counts) -> f64| {
            let figures = counts.map(|counts| counts.map(of));
            let by_hand = figures[Who::ByHand as usize];
            figures.map(|figure| compared(figure, by_hand))
        };
        instructions.push(row.title, column(|counts| counts.instructions));
        allocations.push(row.title, column(|counts| counts.allocations.floor()));
    }
    [instructions, allocations]
}

fn of_joins() -> Table {
    eprintln!("counting joins");
    let mut table = Table::new(
        "What an arrival takes at 1,024 open joins, the settlement of every second included",
        ["", "instructions", "allocations"],
    );
    let counts = Store::ALL.map(|store| count(&Job::RunJoins(store, OPEN)));
    let plain = counts[Store::Plain as usize];
    for (store, counts) in Store::ALL.into_iter().zip(counts) {
        table.push(
            store.title(),
            [
                compared(Some(counts.instructions), Some(plain.instructions)),
                compared(Some(counts.allocations), Some(plain.allocations)),
            ],
        );
    }
    table
}
