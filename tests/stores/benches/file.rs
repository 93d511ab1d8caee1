//! The file that all figures are written to.

use std::fs;

use linked_span_tests::figures::describe;

use crate::place::Place;
use crate::tables;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/FIGURES.md");

/// Measures everything, prints it, and writes the file.
pub(crate) async fn write() {
    let places = Place::all().await;
    let mut databases = Vec::new();
    for place in &places {
        databases.extend(place.describe().await);
    }
    let text = format!(
        "{HEAD}\n{}; {}.\n{}{}",
        describe(&["redis", "sqlx"]),
        databases.join("; "),
        tables::times(&places),
        tables::round_trips(&places).await
    );
    print!("{text}");
    fs::write(FILE, text).expect("a file to write to");
}

const HEAD: &str = "\
# Figures

Made by `cargo bench -p linked-span-tests-stores --features servers`. A join has three inputs of 256 bytes. Two arrivals wait,
the third claims the join, and a settlement completes it without a body. The inputs of a key arrive in different processes,
between those of many other keys. \"6 × 4\" means six processes with four concurrent calls each. The servers run on the same
machine, share its processors with their clients, and are reached by a Unix socket.

\"To bare\" is the ratio to the time of the least that the database could do with the same input, which is to store it by key:
an `HSET` on the same connection, or an upsert of one row in the same pool. Both run alternately in the same processes. The
round trip takes nearly no time here. Over a network it adds the same time to both, so the ratio is closer to one. If the
clients exceed what a Redis server can answer, the ratio compares the server's processor time; no script can then be faster
than one that only does the `HSET`.

Calls per second are the upper quartile of the rounds, and the ratio is that of these values. Percentiles are of all calls in
all rounds, in microseconds, and vary with the load of the machine.
";
