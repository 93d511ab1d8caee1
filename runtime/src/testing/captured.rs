//! The spans of one capture.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use opentelemetry::trace::SpanContext;
use opentelemetry_sdk::trace::SpanData;

use super::key::SpanKey;
use crate::support::timer::Timer;

/// What a capture has received, shared with the provider.
#[derive(Debug, Default)]
pub(super) struct Captured {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// In the order in which they ended.
    pub(super) ended: Vec<Ended>,
    /// Those that have begun and not ended.
    pub(super) open: Vec<(SpanKey, Cow<'static, str>)>,
    /// What `producer()` has returned.
    pub(super) producers: Vec<SpanContext>,
    waiting: Vec<Waker>,
}

/// A span that has ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) key: SpanKey,
    pub(super) data: SpanData,
}

impl Captured {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn began(&self, key: SpanKey, name: Cow<'static, str>) {
        self.lock().open.push((key, name));
    }

    pub(super) fn ended(&self, span: Ended) {
        let mut state = self.lock();
        state.open.retain(|(key, _)| *key != span.key);
        state.ended.push(span);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.changed.notify_all();
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Waits until `find` finds something, or until the time is over.
    pub(super) fn wait<T>(
        &self,
        limit: Duration,
        mut find: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let began = Instant::now();
        let mut state = self.lock();
        loop {
            if let Some(found) = find(&state) {
                return Some(found);
            }
            let left = limit
                .checked_sub(began.elapsed())
                .filter(|left| !left.is_zero())?;
            let waited = self.changed.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The same for an `async` test, whose runtime can go on meanwhile.
    pub(super) async fn wait_async<T>(
        &self,
        limit: Duration,
        mut find: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let mut alarm = pin!(Timer::after(limit));
        poll_fn(|task| {
            let mut state = self.lock();
            if let Some(found) = find(&state) {
                return Poll::Ready(Some(found));
            }
            state.waiting.push(task.waker().clone());
            drop(state);
            if alarm.as_mut().poll(task).is_ready() {
                return Poll::Ready(None);
            }
            Poll::Pending
        })
        .await
    }
}
