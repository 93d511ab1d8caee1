//! Two events, one action: a flight is cleared once it is fuelled and boarded, in a span that links to both.
//!
//! ```text
//! cargo run --example fan_in
//! ```

use std::time::Duration;

use linked_span::fan_in::{Disposition, disposition};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;

#[derive(LinkedEvent)]
struct Fuelled {
    #[event(key)]
    flight: &'static str,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Boarded {
    #[event(key)]
    flight: &'static str,
    passengers: u32,
    metadata: Origin,
}

#[fan_in(fuelled, boarded, attributes(flight.passengers = boarded.passengers))]
fn clear_for_takeoff(fuelled: &Fuelled, boarded: &Boarded) {
    let Fuelled { flight, .. } = fuelled;
    println!("{flight} is cleared, with {} on board", boarded.passengers);
}

fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("fan_in")?;

    // A join expires an hour after its first input.
    let clear = ClearForTakeoff::in_memory(Duration::from_secs(3600));
    // The inputs can arrive in any order. The last one runs the function.
    tell_broker(
        "LS 7 boarded",
        disposition(&clear.boarded(board("LS 7", 162))),
    );
    tell_broker(
        "LS 8 boarded",
        disposition(&clear.boarded(board("LS 8", 18))),
    );
    tell_broker("LS 7 fuelled", disposition(&clear.fuelled(fuel("LS 7"))));

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}

/// Prints what a consumer does with the broker's message.
fn tell_broker(message: &str, disposition: Disposition) {
    match disposition {
        Disposition::Ack => println!("{message}: acknowledged"),
        Disposition::Defer => println!("{message}: acknowledged once its flight is cleared"),
        Disposition::Requeue => println!("{message}: requeued"),
        Disposition::Reject => println!("{message}: sent to the dead-letter queue"),
    }
}

// The producers.

fn fuel(flight: &'static str) -> Fuelled {
    global::tracer("apron").in_span("fuel", |_| Fuelled {
        flight,
        metadata: Origin::current(),
    })
}

fn board(flight: &'static str, passengers: u32) -> Boarded {
    global::tracer("gate").in_span("board", |_| Boarded {
        flight,
        passengers,
        metadata: Origin::current(),
    })
}
