//! Exports to a collector with OTLP: to `OTEL_EXPORTER_OTLP_ENDPOINT`, or to the collector on this machine.
//!
//! ```text
//! cargo run --package flow    # a collector that shows flows, on http://127.0.0.1:4318/
//! cargo run --example otlp
//! ```

use std::env;
use std::process::ExitCode;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_examples::{Failure, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

#[derive(LinkedEvent)]
#[event(type = "seat.booked")]
struct SeatBooked {
    id: String,
    #[event(attribute = "seat.number")]
    seat: &'static str,
    metadata: Origin,
}

#[linked_span(event)]
fn issue_ticket(event: &SeatBooked) {
    println!("A ticket for seat {}", event.seat);
}

fn book(seat: &'static str) -> SeatBooked {
    global::tracer("box-office").in_span("book", |_| SeatBooked {
        id: format!("booking-{seat}"),
        seat,
        metadata: Origin::current(),
    })
}

fn main() -> Result<ExitCode, Failure> {
    let kept = InMemorySpanExporter::default(); // for the printed tree
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("tickets").build())
        .with_batch_exporter(SpanExporter::builder().with_http().build()?)
        .with_simple_exporter(kept.clone())
        .build();
    linked_span::set_tracer_provider(provider.clone());

    for seat in ["C12", "C13"] {
        issue_ticket(&book(seat));
    }

    print!("{}", Tree(&kept.get_finished_spans()?));
    // `shutdown` exports the last spans too, but does not report a failed export.
    let flushed = provider.force_flush();
    provider.shutdown()?;
    Ok(report(flushed))
}

fn report(flushed: OTelSdkResult) -> ExitCode {
    let endpoint = env::var("OTEL_EXPORTER_OTLP_ENDPOINT");
    let endpoint = endpoint.as_deref().unwrap_or("http://localhost:4318");
    match flushed {
        Ok(()) => {
            println!("{endpoint} accepted the spans: look for the service `tickets`");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{endpoint} did not accept the spans: {error}");
            println!("Start a collector that receives OTLP over HTTP.");
            ExitCode::FAILURE
        }
    }
}
