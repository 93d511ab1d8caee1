//! Draws the README's picture: runs a flow of events, and draws the exported spans.
//!
//! ```text
//! cargo run --example picture > docs/linked-flow.svg
//! ```
//!
//! The output is the same at each run: no ids and times are drawn, and spans are in the order of their ends.

mod flow;

use flow_drawing::{Graph, Hrefs, Picture, Span, view};
use linked_span_examples::{Failure, Telemetry, drawn};

fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("picture")?;
    flow::run()?;

    let mut spans: Vec<Span> = telemetry.spans()?.iter().filter_map(drawn).collect();
    for (start, span) in (1..).zip(&mut spans) {
        span.start = start;
    }
    let picture = Picture {
        view: &view(Graph::of(&spans), None, None),
        title: "The flow of an order",
        captions: &[
            "An order is created",
            "Later, in other processes",
            "Once both have arrived",
        ],
        times: false,
        alone: true,
        hrefs: Hrefs::None,
    };
    print!("{picture}");
    Ok(telemetry.shutdown()?)
}
