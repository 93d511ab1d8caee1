//! The README's picture: runs a flow of events for real, and draws what was exported of it.
//!
//! ```text
//! cargo run --example picture > docs/linked-flow.svg
//! ```
//!
//! Nothing in it differs from run to run: no id and no time is drawn, and spans stand in the order in which they ended.

mod flow;
mod layout;
mod style;
mod svg;

use linked_span_examples::{Failure, Telemetry};

use self::layout::Layout;
use self::svg::Picture;

fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("picture")?;
    flow::run()?;

    let spans = telemetry.spans()?;
    let picture = Picture {
        title: "An order, and what it sets off",
        captions: &[
            "An order is made",
            "Later, elsewhere",
            "Once both have come",
        ],
        layout: &Layout::of(&spans),
    };
    print!("{picture}");
    Ok(telemetry.shutdown()?)
}
