//! Live updates, by server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_stream::wrappers::ReceiverStream;

use crate::store::Store;

/// A browser opens at most six connections to a host, for all its windows together. If each window held one, a seventh
/// would not load. Hidden pages close their streams, but windows side by side are all visible. So the oldest stream ends if
/// there are too many. Its page reconnects a moment later, and receives the changes that it has missed.
const STREAMS: usize = 4;
const RETURN: Duration = Duration::from_secs(2);
/// Changes within this time are sent together.
const TOGETHER: Duration = Duration::from_millis(200);

/// The open streams, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<VecDeque<AbortHandle>>);

/// A stream of the store's version.
pub(super) fn stream(store: &Store, streams: &Streams) -> Response {
    let mut changes = store.changes();
    let (sender, receiver) = mpsc::channel(1);
    let task = tokio::spawn(async move {
        loop {
            let version = changes.borrow_and_update().to_string();
            let event = Event::default().data(version).retry(RETURN);
            if sender.send(Ok::<_, Infallible>(event)).await.is_err() {
                return;
            }
            tokio::select! {
                () = sender.closed() => return,
                alive = changes.changed() => if alive.is_err() { return },
            }
            tokio::time::sleep(TOGETHER).await;
        }
    });
    streams.add(task.abort_handle());
    Sse::new(ReceiverStream::new(receiver))
        .keep_alive(KeepAlive::default())
        .into_response()
}

impl Streams {
    fn add(&self, stream: AbortHandle) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|stream| !stream.is_finished());
        streams.push_back(stream);
        while streams.len() > STREAMS {
            if let Some(oldest) = streams.pop_front() {
                oldest.abort();
            }
        }
    }
}
