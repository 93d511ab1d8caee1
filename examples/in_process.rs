//! A queue within the process: a payload that has no room for a context travels with its origin beside it.
//!
//! ```text
//! cargo run --example in_process
//! ```

use linked_span::{WithOrigin, linked_span};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Of a library's, say: there is no field to add to it.
struct Photo {
    name: &'static str,
    megapixels: u32,
}

#[linked_span(photo, attributes(photo.name = photo.name))]
async fn resize(photo: WithOrigin<Photo>) {
    // … it is a `&Photo` wherever one is asked for
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
            println!("{name} found no place in the queue");
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
    drop(queue); // the worker ends with it
    worker.await?;

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
