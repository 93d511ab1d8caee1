//! One event, one handler: the handler's trace links to the trace in which a parcel was scanned.
//!
//! ```text
//! cargo run --example basic
//! ```

use linked_span::{LinkedEvent, Origin, linked_span, set_attribute};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;

#[derive(LinkedEvent)]
#[event(type = "parcel.scanned")]
struct ParcelScanned {
    id: String,
    #[event(attribute = "depot.name")]
    depot: &'static str,
    metadata: Origin,
}

#[linked_span(event)]
fn notify_recipient(event: &ParcelScanned) {
    send_text(&format!("Your parcel has reached {}.", event.depot));
    set_attribute("notification.channel", "text");
}

// The producer. The event stores the span that is active here.

fn scan_parcel(depot: &'static str) -> ParcelScanned {
    global::tracer("depot").in_span("scan_parcel", |_| ParcelScanned {
        id: "scan-1".to_owned(),
        depot,
        metadata: Origin::current(),
    })
}

fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("basic")?;

    let event = scan_parcel("Antwerp");
    // … in a real system the event now passes through a queue
    notify_recipient(&event);

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}

fn send_text(text: &str) {
    println!("{text}");
}
