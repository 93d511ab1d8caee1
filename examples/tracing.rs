//! Logs and spans of one handler: what `tracing` formats, and what OpenTelemetry exports.
//!
//! ```text
//! cargo run --example tracing
//! ```

use linked_span::{LinkedEvent, Origin, layer_tracer, linked_span};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use tracing::{info, info_span, instrument};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

#[derive(LinkedEvent)]
#[event(type = "order.placed")]
struct OrderPlaced {
    id: String,
    lines: u32,
    metadata: Origin,
}

fn place_order() -> OrderPlaced {
    info_span!("GET /orders/o-1").in_scope(|| {
        info!("placed");
        OrderPlaced {
            id: "o-1".to_owned(),
            lines: 3,
            metadata: Origin::current(),
        }
    })
}

#[linked_span(order, attributes(order.lines = order.lines))]
async fn pack(order: &OrderPlaced) {
    info!("packing");
    tokio::task::yield_now().await;
    wrap("blue");
}

#[instrument]
fn wrap(paper: &str) {
    info!("wrapping");
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("tracing")?;
    let otel = tracing_opentelemetry::layer()
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_tracer(layer_tracer(global::tracer_provider(), "shop"));
    let lines = fmt::layer()
        .without_time()
        .with_target(false)
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(lines)
        .with(otel)
        .init();

    println!("Logs:");
    let order = place_order();
    pack(&order).await;

    println!("\nSpans:");
    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
