//! Raw JSON as an event: the handler reads `id`, `type` and `metadata` from a `serde_json::Value`.
//!
//! ```text
//! cargo run --example json
//! ```

use linked_span::{inject, linked_span};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use serde_json::{Map, Value, json};

#[linked_span(event, name = format!("consume_{}", event["type"].as_str().unwrap_or("event")))]
fn consume(event: &Value) {
    println!("{}: {} °C", event["station"], event["celsius"]);
}

/// Returns a message of a weather station.
fn measure(id: &str, celsius: i32) -> String {
    global::tracer("station").in_span("measure", |_| {
        let mut metadata = Map::new();
        inject(&mut metadata);
        json!({
            "id": id,
            "type": if celsius < 0 { "frost" } else { "reading" },
            "station": "Davos",
            "celsius": celsius,
            "metadata": metadata,
        })
        .to_string()
    })
}

fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("json")?;

    // A station without tracing sends no metadata. The handler consumes its message without a link.
    let untraced = r#"{"type": "reading", "station": "Chur", "celsius": 4}"#;
    for message in [measure("m-1", 3), measure("m-2", -1), untraced.to_owned()] {
        consume(&serde_json::from_str(&message)?);
    }

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
