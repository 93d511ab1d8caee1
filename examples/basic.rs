//! One event, one handler: a parcel is scanned in one trace, and its recipient told in another, which is linked to it.
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

// The producer: any span will do, as long as it is active where the event is made.

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
    // … a queue lies between the two, and an hour
    notify_recipient(&event);

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}

fn send_text(text: &str) {
    println!("{text}");
}
