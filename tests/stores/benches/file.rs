//! The file that all figures go to.

use std::fs;

use linked_span_tests::figures::describe;

use crate::place::Place;
use crate::tables;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/FIGURES.md");

/// Measures everything, prints it, and writes it down.
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

Made by `cargo bench -p linked-span-tests-stores --features servers`: joins of three inputs of 256 bytes, of which two
arrivals wait and one claims the join, which is then settled as completed, without a body. The inputs of a key arrive in
different processes, those of many other keys between them. \"6 × 4\" is six processes, each of which makes four calls at
once. The servers are private ones on the same machine, reached by a Unix socket, and share its processors with those who
call them.

To bare: the time of a call to the time of the least that the database could be asked to do with the same input, which is
to keep it, by its key: an `HSET` on the same connection, an upsert of one row in the same pool. The two take turns in the
same processes. The way to the server and back is next to nothing here; over a network both take as much longer, and the
ratio is nearer to one. Where more calls are made than a Redis server can answer, it is that server's processor which is
compared, and a script that does no more than the `HSET` is the least that one could take which decides anything.

How many a second is what a quarter of the rounds exceed, and the ratio is that of such times. Percentiles are of all calls
in all rounds, in microseconds, with what else the machine did meanwhile.
";
