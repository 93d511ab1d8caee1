//! A queue inside the process: `WithOrigin` carries the origin of a payload that has no field for it.
//!
//! ```text
//! cargo run --example in_process
//! ```

use linked_span::{WithOrigin, linked_span};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// A type of another crate, to which no field can be added.
struct Photo {
    name: &'static str,
    megapixels: u32,
}

#[linked_span(photo, attributes(photo.name = photo.name))]
async fn resize(photo: WithOrigin<Photo>) {
    // … `WithOrigin` dereferences to `Photo`
    let megapixels = photo.megapixels;
    tokio::task::yield_now().await;
    println!("{} had {megapixels} megapixels", photo.name);
}

async fn resize_all(mut queue: Receiver<WithOrigin<Photo>>) {
    while let Some(photo) = queue.recv().await {
        resize(photo).await;
    }
}

fn upload(name: &'static str, megapixels: u32, queue: &Sender<WithOrigin<Photo>>) {
    global::tracer("gallery").in_span(format!("PUT /{name}"), |_| {
        let photo = WithOrigin::current(Photo { name, megapixels });
        if queue.try_send(photo).is_err() {
            println!("the queue is full: {name} was dropped");
        }
    });
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("in_process")?;

    let (queue, photos) = mpsc::channel(16);
    let worker = tokio::spawn(resize_all(photos));
    upload("lake", 24, &queue);
    upload("tower", 48, &queue);
    drop(queue); // closes the channel, which ends the worker
    worker.await?;

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
