//! One event, several handlers: each runs in its own trace, and links to the same producer.
//!
//! ```text
//! cargo run --example fan_out
//! ```

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;

#[derive(LinkedEvent)]
#[event(type = "video.uploaded")]
struct VideoUploaded {
    id: String,
    minutes: u32,
    metadata: Origin,
}

#[linked_span(event, attributes(video.minutes = event.minutes))]
fn transcode(event: &VideoUploaded) {
    // …
}

#[linked_span(event, relationship = "previewed")]
fn make_preview(event: &VideoUploaded) {
    // …
}

#[linked_span(event, relationship = "reviewed")]
fn review(event: &VideoUploaded) -> Result<(), &'static str> {
    if event.minutes > 60 {
        return Err("too long for a review by machine");
    }
    Ok(())
}

fn upload_video(minutes: u32) -> VideoUploaded {
    global::tracer("web").in_span("upload_video", |_| VideoUploaded {
        id: "video-1".to_owned(),
        minutes,
        metadata: Origin::current(),
    })
}

fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("fan_out")?;

    let event = upload_video(95);
    transcode(&event);
    make_preview(&event);
    // The error of one handler is recorded in that handler's trace only.
    if let Err(error) = review(&event) {
        println!("not reviewed: {error}");
    }

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
