//! Claims that their holder cannot settle by waiting: it was dropped, or the reply that handed them out was lost.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use super::backend::{Backend, function};
use super::error::BackendError;
use crate::fan_in::core::state::{JoinPolicy, Moment, Settlement, Step, Token};

/// How long the store waits before it looks again for what a lost call has claimed: the look may overtake the call.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// How many of them a store has under way. Of any more, the leases run out: a server that is down has enough to do.
const AT_ONCE: usize = 1_000;

/// What two clocks of one speed may differ by in their milliseconds.
const SLACK: Duration = Duration::from_secs(1);

/// What a store still has to tell its database of claims.
#[derive(Debug, Default)]
pub(in crate::fan_in) struct Releases {
    /// Where calls were made: a holder may be dropped elsewhere.
    runtime: OnceLock<Handle>,
    under_way: AtomicUsize,
    /// What no runtime could do: the next call has it done.
    left: Mutex<Vec<Release>>,
    has_left: AtomicBool,
}

pin_project! {
    /// A call, which is dropped within the runtime of calls, wherever its caller drops it: a connection panics elsewhere.
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

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Release {
    what: What,
    rules: JoinPolicy,
    since: Instant,
}

#[derive(Clone, Debug)]
enum What {
    /// The holder of a join was dropped.
    Settle {
        key: String,
        token: Token,
        settlement: Settlement,
    },
    /// A call was dropped or its reply lost, and it may have claimed any joins.
    Claims { token: Token },
}

/// A call that may claim joins: its claims are released, unless the caller has the answer.
#[derive(Debug)]
pub(super) struct Claiming<'a, D: Backend> {
    database: &'a D,
    rules: JoinPolicy,
    pub(super) token: Token,
    since: Instant,
    /// Whether a call is under way, or its reply was lost, or the caller does not have yet what was claimed.
    may_hold: AtomicBool,
}

impl<'a, D: Backend> Claiming<'a, D> {
    pub(super) fn new(database: &'a D, rules: &JoinPolicy, token: Token) -> Self {
        Self {
            database,
            rules: *rules,
            token,
            since: Instant::now(),
            may_hold: AtomicBool::new(false),
        }
    }

    /// Makes a call with its token.
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

    /// The caller has what was claimed.
    pub(super) fn answered(mut self) {
        *self.may_hold.get_mut() = false;
    }
}

impl<D: Backend> Drop for Claiming<'_, D> {
    fn drop(&mut self) {
        if *self.may_hold.get_mut() {
            begin(
                self.database,
                Release {
                    what: What::Claims { token: self.token },
                    rules: self.rules,
                    since: self.since,
                },
            );
        }
    }
}

/// Settles a join whose holder is dropped, without waiting.
pub(super) fn settle<D: Backend>(
    database: &D,
    rules: &JoinPolicy,
    key: &str,
    token: Token,
    settlement: Settlement,
) {
    begin(
        database,
        Release {
            what: What::Settle {
                key: key.to_owned(),
                token,
                settlement,
            },
            rules: *rules,
            since: Instant::now(),
        },
    );
}

/// Remembers the runtime of a call, and begins what could not be begun before.
pub(super) fn resume<D: Backend>(database: &D) {
    let releases = database.declaration().releases();
    if releases.runtime.get().is_none() {
        if let Ok(runtime) = Handle::try_current() {
            let _ = releases.runtime.set(runtime);
        }
    }
    if releases.has_left.swap(false, Ordering::AcqRel) {
        let left = std::mem::take(&mut *releases.lock());
        for release in left {
            begin(database, release);
        }
    }
}

fn begin<D: Backend>(database: &D, release: Release) {
    let releases = database.declaration().releases();
    if releases.under_way.fetch_add(1, Ordering::Relaxed) >= AT_ONCE {
        releases.under_way.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let under_way = UnderWay {
        database: database.clone(),
        release: Some(release),
    };
    let runtime = Handle::try_current().ok();
    // Without a runtime it is dropped here, and by a runtime that has ended it is dropped there.
    if let Some(runtime) = runtime.as_ref().or(releases.runtime.get()) {
        runtime.spawn(under_way.work());
    }
}

impl Releases {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Release>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Dropped before it is done, it is left to the next call.
struct UnderWay<D: Backend> {
    database: D,
    release: Option<Release>,
}

impl<D: Backend> Drop for UnderWay<D> {
    fn drop(&mut self) {
        let releases = self.database.declaration().releases();
        releases.under_way.fetch_sub(1, Ordering::Relaxed);
        if let Some(release) = self.release.take() {
            releases.lock().push(release);
            releases.has_left.store(true, Ordering::Release);
        }
    }
}

impl<D: Backend> UnderWay<D> {
    async fn work(mut self) {
        if let Some(release) = &self.release {
            release.go_on(&self.database).await;
        }
        self.release = None;
    }
}

impl Release {
    /// Calls until there is no more to be said, or the lease is over.
    async fn go_on<D: Backend>(&self, database: &D) {
        let mut looks = PAUSES.into_iter();
        let mut pauses = PAUSES.into_iter();
        let longest = PAUSES[PAUSES.len() - 1];
        loop {
            let pause = match self.call(database).await {
                Ok(true)
                | Err(
                    BackendError::Permanent(_)
                    | BackendError::Misconfigured(_)
                    | BackendError::Unencodable(_),
                ) => {
                    return;
                }
                Ok(false) => match (&self.what, looks.next()) {
                    (What::Claims { .. }, Some(pause)) => pause,
                    // Only its holder settles a join: it has been settled, or is another's.
                    _ => return,
                },
                Err(BackendError::Undeclared) => {
                    database.declaration().forget();
                    pauses.next().unwrap_or(longest)
                }
                Err(BackendError::Transient(_)) => pauses.next().unwrap_or(longest),
            };
            if self.since.elapsed().as_millis() > u128::from(self.rules.lease) {
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Whether there is no more to be said.
    async fn call<D: Backend>(&self, database: &D) -> Result<bool, BackendError> {
        let called = async {
            let function = function(database, &self.rules).await;
            let function = function.map_err(|error| BackendError::Transient(error.into()))?;
            match &self.what {
                What::Settle {
                    key,
                    token,
                    settlement,
                } => {
                    let (token, settlement) = (*token, *settlement);
                    let step = Step::Settle { token, settlement };
                    database.apply(function, key, step, None).await
                }
                What::Claims { token } => {
                    let age = (self.since.elapsed() + SLACK).as_millis();
                    let age = Moment::try_from(age).unwrap_or(Moment::MAX);
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
