//! Releases claims in the background, if the holder was dropped or the reply with the claims was lost.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use super::backend::Backend;
use super::declaration::function;
use super::error::BackendError;
use super::releases::{Release, Releases, Target};
use crate::fan_in::core::state::{JoinPolicy, Settlement, Step, Token};

/// The pauses between searches for the claims of a lost call. A search can reach the database before the call does.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// The largest number of concurrent releases of a store. The leases of any further claims expire, so that a server that is
/// down does not accumulate tasks.
const MAX_CONCURRENT: usize = 1_000;

/// The largest difference between the elapsed time on two clocks.
const SLACK: Duration = Duration::from_secs(1);

pin_project! {
    /// A call that is always dropped within the runtime of calls, because a connection panics if it is dropped elsewhere.
    pub(super) struct Call<'a, F> {
        #[pin]
        future: Option<F>,
        releases: &'a Releases,
    }

    impl<F> PinnedDrop for Call<'_, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let is_elsewhere = Handle::try_current().is_err();
            let runtime = this.releases.runtime.get().filter(|_| is_elsewhere);
            let _entered = runtime.map(Handle::enter);
            this.future.set(None);
        }
    }
}

impl<'a, F> Call<'a, F> {
    pub(super) fn new<D: Backend>(database: &'a D, future: F) -> Self {
        let releases = database.declaration().releases();
        let future = Some(future);
        Self { future, releases }
    }
}

impl<F: Future> Future for Call<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        match self.project().future.as_pin_mut() {
            Some(future) => future.poll(task),
            None => Poll::Pending,
        }
    }
}

/// Guards a call that may claim joins: releases its claims on drop, unless the caller received them.
#[derive(Debug)]
pub(super) struct Claiming<'a, D: Backend> {
    database: &'a D,
    policy: JoinPolicy,
    pub(super) token: Token,
    since: Instant,
    /// Is `true` while the database may hold claims that the caller has not received.
    may_hold: AtomicBool,
}

impl<'a, D: Backend> Claiming<'a, D> {
    pub(super) fn new(database: &'a D, policy: &JoinPolicy, token: Token) -> Self {
        Self {
            database,
            policy: *policy,
            token,
            since: Instant::now(),
            may_hold: AtomicBool::new(false),
        }
    }

    /// Makes a call that claims with this token.
    pub(super) async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, BackendError>>,
    ) -> Result<T, BackendError> {
        let before = self.may_hold.swap(true, Ordering::Relaxed);
        let answer = call.await;
        if !matches!(answer, Ok(_) | Err(BackendError::Transient(_))) {
            self.may_hold.store(before, Ordering::Relaxed);
        }
        answer
    }

    /// Disarms the guard, because the caller received the claims.
    pub(super) fn answered(mut self) {
        *self.may_hold.get_mut() = false;
    }
}

impl<D: Backend> Drop for Claiming<'_, D> {
    fn drop(&mut self) {
        if *self.may_hold.get_mut() {
            start(
                self.database,
                Release {
                    target: Target::Claims { token: self.token },
                    policy: self.policy,
                    since: self.since,
                },
            );
        }
    }
}

/// Settles a join in the background, for a holder that was dropped.
pub(super) fn settle<D: Backend>(
    database: &D,
    policy: &JoinPolicy,
    key: &str,
    token: Token,
    settlement: Settlement,
) {
    start(
        database,
        Release {
            target: Target::Settle {
                key: key.to_owned(),
                token,
                settlement,
            },
            policy: *policy,
            since: Instant::now(),
        },
    );
}

/// Remembers the runtime of a call, and starts the postponed releases.
pub(super) fn resume<D: Backend>(database: &D) {
    let releases = database.declaration().releases();
    if releases.runtime.get().is_none() {
        if let Ok(runtime) = Handle::try_current() {
            let _ = releases.runtime.set(runtime);
        }
    }
    if releases.has_postponed.swap(false, Ordering::AcqRel) {
        let postponed = std::mem::take(&mut *releases.lock());
        for release in postponed {
            start(database, release);
        }
    }
}

fn start<D: Backend>(database: &D, release: Release) {
    let releases = database.declaration().releases();
    if releases.running.fetch_add(1, Ordering::Relaxed) >= MAX_CONCURRENT {
        releases.running.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let running = RunningRelease {
        database: database.clone(),
        release: Some(release),
    };
    let runtime = Handle::try_current().ok();
    // Without a runtime, or with one that has ended, the drop of `running` postpones it.
    if let Some(runtime) = runtime.as_ref().or(releases.runtime.get()) {
        runtime.spawn(running.work());
    }
}

/// A release that is running. If it is dropped before it is done, it is postponed to the next call.
struct RunningRelease<D: Backend> {
    database: D,
    release: Option<Release>,
}

impl<D: Backend> Drop for RunningRelease<D> {
    fn drop(&mut self) {
        let releases = self.database.declaration().releases();
        releases.running.fetch_sub(1, Ordering::Relaxed);
        if let Some(release) = self.release.take() {
            releases.lock().push(release);
            releases.has_postponed.store(true, Ordering::Release);
        }
    }
}

impl<D: Backend> RunningRelease<D> {
    async fn work(mut self) {
        if let Some(release) = &self.release {
            release.run(&self.database).await;
        }
        self.release = None;
    }
}

impl Release {
    /// Repeats the release until the database has applied it, or until the lease is over.
    async fn run<D: Backend>(&self, database: &D) {
        let mut searches = PAUSES.into_iter();
        let mut pauses = PAUSES.into_iter();
        let longest = PAUSES[PAUSES.len() - 1];
        loop {
            let pause = match self.call(database).await {
                Ok(true)
                | Err(
                    BackendError::Permanent(_)
                    | BackendError::Misconfigured(_)
                    | BackendError::Unencodable(_)
                    | BackendError::OverLimit(_),
                ) => {
                    return;
                }
                Ok(false) => match (&self.target, searches.next()) {
                    (Target::Claims { .. }, Some(pause)) => pause,
                    // The token no longer holds the join: it was settled, or another worker claimed it.
                    _ => return,
                },
                Err(BackendError::Undeclared) => {
                    database.declaration().forget();
                    pauses.next().unwrap_or(longest)
                }
                Err(BackendError::Transient(_)) => pauses.next().unwrap_or(longest),
            };
            if self.since.elapsed() > self.policy.lease {
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Returns `true` if the database applied the release.
    async fn call<D: Backend>(&self, database: &D) -> Result<bool, BackendError> {
        let called = async {
            let function = function(database, &self.policy).await;
            let function = function.map_err(|error| BackendError::Transient(error.into()))?;
            match &self.target {
                Target::Settle {
                    key,
                    token,
                    settlement,
                } => {
                    let (token, settlement) = (*token, *settlement);
                    let step = Step::Settle { token, settlement };
                    database.apply(function, key, step, None).await
                }
                Target::Claims { token } => {
                    let age = self.since.elapsed() + SLACK;
                    let released = database.release(function, *token, age).await;
                    released.map(|released| released > 0)
                }
            }
        };
        let bound = database.declaration().call_timeout();
        let called = tokio::time::timeout(bound, called).await;
        called.unwrap_or_else(|late| Err(BackendError::Transient(late.into())))
    }
}
