//! The spans that were received, as flows.

mod flows;
mod weight;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flow_drawing::{Span, SpanId, TraceId};
use tokio::sync::watch;

use self::flows::Flows;
pub(crate) use self::flows::{Bounds, Summary};
use crate::receive::{Batch, Refusal};

/// The spans that were received, behind a lock that is held only to add and to copy references.
#[derive(Debug)]
pub(crate) struct Store {
    inner: Mutex<Inner>,
    version: watch::Sender<u64>,
}

#[derive(Debug)]
struct Inner {
    flows: Flows,
    refused: Refused,
}

/// The counts of refused requests and spans.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused {
    pub(crate) requests: usize,
    pub(crate) last: String,
    pub(crate) spans: usize,
}

/// The counts of kept, refused and evicted spans.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) spans: usize,
    pub(crate) bytes: usize,
    pub(crate) bounds: Bounds,
    pub(crate) evicted: usize,
    pub(crate) refused: Refused,
    pub(crate) version: u64,
}

/// A flow at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) summary: Summary,
    /// In the order in which they arrived.
    pub(crate) spans: Vec<Arc<Span>>,
}

impl Store {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            inner: Mutex::new(Inner {
                flows: Flows::new(bounds),
                refused: Refused::default(),
            }),
            version: watch::Sender::new(0),
        }
    }

    /// Adds spans. If there are too many, evicts the flows whose latest span is the oldest.
    pub(crate) fn add(&self, batch: Batch) {
        let mut inner = self.lock();
        inner.refused.spans += batch.invalid;
        for span in batch.spans {
            inner.flows.add(Arc::new(span));
        }
        inner.flows.evict();
        drop(inner);
        self.changed();
    }

    pub(crate) fn refused(&self, refusal: &Refusal) {
        let mut inner = self.lock();
        inner.refused.requests += 1;
        inner.refused.last = flow_drawing::shortened(&refusal.to_string(), 200).into_owned();
        drop(inner);
        self.changed();
    }

    /// Returns `count` flows, the newest first. The `after` newest are left out.
    pub(crate) fn list(&self, after: usize, count: usize) -> Vec<Summary> {
        self.lock().flows.list(after, count)
    }

    /// Returns the flow of a trace, if it is kept.
    pub(crate) fn flow(&self, trace: TraceId) -> Option<Snapshot> {
        let (summary, mut spans) = self.lock().flows.flow(trace)?;
        spans.sort_by_key(|(arrival, _)| *arrival);
        let spans = spans.into_iter().map(|(_, span)| span).collect();
        Some(Snapshot { summary, spans })
    }

    pub(crate) fn kept(&self) -> Kept {
        let inner = self.lock();
        inner
            .flows
            .kept(inner.refused.clone(), *self.version.borrow())
    }

    /// Returns a receiver of the store's version, which changes with its contents.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// Recovers a poisoned lock: no code under the lock can panic halfway through a change.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ids of a span.
pub(crate) type Ids = (TraceId, SpanId);

#[cfg(test)]
mod tests;
