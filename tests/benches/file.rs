//! The file that all figures are written to.

use std::fs;

use linked_span_tests::figures::describe;

use crate::{bounds, counts, times};

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

/// Measures everything, prints it, and writes the file.
pub(crate) fn write() {
    let text = format!(
        "{HEAD}\n{}.\n{}{}{}",
        describe(&PEERS),
        counts::tables(),
        bounds::tables(),
        times::tables()
    );
    print!("{text}");
    fs::write(FILE, text).expect("a file to write to");
}

const HEAD: &str = "\
# Figures

Made by `cargo bench -p linked-span-tests`. The same handlers are written in six ways:

- without a span (\"nothing\");
- by hand, on OpenTelemetry;
- with this crate;
- with `#[tracing::instrument]` and tracing-opentelemetry;
- the same, without the attributes that only tracing-opentelemetry adds (\"bare\");
- with fastrace, whose contexts have no trace state and whose links have no attributes.

The ratio in brackets is to the handler written by hand; for joins, to plain shards, which only count to two. In a batch
with more than 128 links, the SDK's limit, this crate and fastrace keep all links, and the others lose the rest.

Instructions and allocations are counted by Callgrind, and are nearly the same at each run. Fastrace's include its collector.
A program runs about fifty times slower in Callgrind. So this crate's check for an SDK, once per millisecond, adds about one
percent to a handler's instructions there, and less than a tenth of that otherwise.

Inside `tracing`, this crate's handler and `#[instrument]` run under the same subscriber, and formatted logs go to a sink. A
filter that rejects the handler's `tracing` span leaves its OpenTelemetry span. \"At most\" is the bound that this crate has
set itself. Messages are described by a view, and have the attributes of Kafka's; by hand, they are written without
comparing the messages of a batch.

A poll inside `tracing` enters and exits the `tracing` span, which takes the layer about 1,500 instructions with either
attribute. This crate adds about 110, for the context of the body, so ten polls cannot be met.

A batch of 10,000 events exceeds a span's 128 links. The rows compare `LinkOverflow::Drop` with `ChildSpans`, which is the
default, and with `Merge`, called merged. The ratio in brackets is to `Drop`.

With the feature `tracing`, not switched on, one event with a state took 20 instructions more than without the feature. That
was counted once, by hand: all tables have the feature.

A time is the lower quartile of many rounds, in the best of several processes. Times vary with the load of the machine.
Fastrace's times include only the handler's thread.
";
