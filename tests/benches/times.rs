//! The tables of durations. Each figure is the best of several processes, which take turns.

use linked_span_tests::figures::{Table, compared, number, ratio};

use crate::child;
use crate::job::Job;
use crate::joins::Store;
use crate::peers::Who;
use crate::rows::{ROWS, Row};

const PROCESSES: usize = 5;

/// Rows that are timed with one and with two threads.
const BY_THREADS: [&str; 2] = ["one event with a state", "without an SDK, with a state"];

const OPEN: [usize; 3] = [1_024, 1_000_000, 1_200_000];

/// How many joins complete while their store is timed.
const STEPS: usize = 100_000;

pub(crate) fn tables() -> String {
    format!("{}{}{}", of_handlers(), by_threads(), of_joins())
}

fn of_handlers() -> Table {
    let head = [""].into_iter().chain(Who::ALL.map(Who::title));
    let mut table = Table::new("Nanoseconds a call", head);
    for row in ROWS {
        eprintln!("timing {}", row.title);
        let times = in_turns(
            &Who::ALL.map(|who| row.has(who).then_some(Job::Time(row, who))),
            f64::min,
        );
        let by_hand = times[Who::ByHand as usize].first().copied();
        let times = times.iter().map(|time| time.first().copied());
        table.push(row.title, times.map(|time| compared(time, by_hand)));
    }
    table
}

fn by_threads() -> Table {
    let mut table = Table::new(
        "Calls a microsecond",
        ["", "one thread", "two threads", "two to one"],
    );
    for row in BY_THREADS.into_iter().filter_map(Row::called) {
        for who in Who::ALL {
            eprintln!("timing threads: {}, {}", row.title, who.title());
            let jobs = [1, 2].map(|threads| Some(Job::Throughput(row, who, threads)));
            let [one, two] = in_turns(&jobs, f64::max).map(|throughput| throughput[0]);
            let name = format!("{}: {}", row.title, who.title());
            let digits = |throughput: f64| format!("{throughput:.2}");
            table.push(&name, [digits(one), digits(two), ratio(two / one)]);
        }
    }
    table
}

fn of_joins() -> Table {
    let mut table = Table::new(
        "Joins of two: nanoseconds, and bytes an open join",
        ["", "opens", "completes", "settles", "an arrival", "bytes"],
    );
    for open in OPEN {
        eprintln!("timing {open} joins");
        let times = in_turns(
            &Store::ALL.map(|store| Some(Job::TimeJoins(store, open, STEPS))),
            f64::min,
        );
        let bytes = in_turns(
            &Store::ALL.map(|store| Some(Job::Bytes(store, open))),
            f64::min,
        );
        let an_arrival = times
            .each_ref()
            .map(|times| times.iter().sum::<f64>() / 2.0);
        for (index, store) in Store::ALL.into_iter().enumerate() {
            let name = format!("{} open, {}", number(open as f64), store.title());
            let each = times[index].iter().map(|time| number(*time));
            let plain = Store::Plain as usize;
            let compared = [
                compared(Some(an_arrival[index]), Some(an_arrival[plain])),
                compared(bytes[index].first().copied(), bytes[plain].first().copied()),
            ];
            table.push(&name, each.chain(compared));
        }
    }
    table
}

/// Returns the best of each job's figures, and none where there is no job.
fn in_turns<const JOBS: usize>(
    jobs: &[Option<Job>; JOBS],
    better: fn(f64, f64) -> f64,
) -> [Vec<f64>; JOBS] {
    let mut best: [Vec<f64>; JOBS] = std::array::from_fn(|_| Vec::new());
    for _ in 0..PROCESSES {
        for (job, best) in jobs.iter().zip(&mut best) {
            let figures = job.as_ref().map(child::figures).unwrap_or_default();
            if best.is_empty() {
                *best = figures;
            } else {
                for (best, figure) in best.iter_mut().zip(figures) {
                    *best = better(*best, figure);
                }
            }
        }
    }
    best
}
