//! A batch: one handler processes events from three traces, in a span that links to each.
//!
//! ```text
//! cargo run --example batch
//! ```

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;

#[derive(LinkedEvent)]
struct PageViewed {
    id: String,
    page: &'static str,
    metadata: Origin,
}

fn view(id: u8, page: &'static str) -> PageViewed {
    global::tracer("web").in_span(format!("GET {page}"), |_| PageViewed {
        id: format!("view-{id}"),
        page,
        metadata: Origin::current(),
    })
}

#[linked_span(views, name = "process_event_batch")]
fn count_views(views: &[PageViewed]) -> usize {
    views.iter().filter(|view| view.page != "/health").count()
}

fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("batch")?;

    // The last event has no context: the handler processes it too, without a link.
    let mut views: Vec<_> = (1..)
        .zip(["/", "/cart", "/health"])
        .map(|(id, page)| view(id, page))
        .collect();
    views.push(PageViewed {
        id: "view-4".to_owned(),
        page: "/checkout",
        metadata: Origin::default(),
    });
    println!("{} of {} views count", count_views(&views), views.len());

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
