//! The file that all figures go to.

use std::fs;

use linked_span_tests::figures::describe;

use crate::{counts, times};

const PEERS: [&str; 7] = [
    "opentelemetry",
    "opentelemetry_sdk",
    "tracing",
    "tracing-opentelemetry",
    "fastrace",
    "hashbrown",
    "ahash",
];

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/FIGURES.md");

/// Measures everything, prints it, and writes it down.
pub(crate) fn write() {
    let text = format!(
        "{HEAD}\n{}.\n{}{}",
        describe(&PEERS),
        counts::tables(),
        times::tables()
    );
    print!("{text}");
    fs::write(FILE, text).expect("a file to write to");
}

const HEAD: &str = "\
# Figures

Made by `cargo bench -p linked-span-tests`: the same handlers, written by hand on OpenTelemetry, with this crate, with
`#[tracing::instrument]` and tracing-opentelemetry, as it is and without the attributes that only it adds, and with
fastrace, whose contexts have no state and whose links no attributes. In brackets: the ratio to what is written by hand,
for joins to the plain shards, which only count to two. Of a batch that exceeds the SDK's limit of 128 links a span,
this crate and fastrace keep all; the others lose the rest.

Instructions and allocations are Callgrind's, and hardly differ from run to run; of fastrace, its collector's are
included. In Callgrind a program is some fifty times slower, and so what this crate does once a millisecond, which is to
ask whether an SDK is installed, is seen in about one percent of a handler's instructions; elsewhere in less than a tenth
of that. Of the times, each is what a quarter of many rounds stay below, in the best of several processes, and differs
with what else the machine does all the same; fastrace's are those of the handler's thread alone.
";
