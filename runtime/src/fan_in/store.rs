//! What keeps joins, here or elsewhere.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use thiserror::Error;

use super::listed::{Listed, Which};
use super::state::{Inputs, Moment, Rules, Settlement, Token};

/// Keeps the joins of one function: their inputs, and what has become of them.
///
/// ```
/// use linked_span::fan_in::{Memory, Rules, Settlement, Store, Token, Verdict, ready};
///
/// let store = Memory::new();
/// let rules = Rules {
///     inputs: 2,
///     timeout: 600_000,
///     lease: 300_000,
///     backoff: 1_000,
///     dedup_window: 86_400_000,
///     max_attempts: u32::MAX,
/// };
///
/// let first = ready(store.arrive("order-1", &rules, 0, "paid", Token::random())).unwrap();
/// assert!(matches!(first.verdict, Verdict::Waiting(_)));
///
/// let token = Token::random();
/// let second = ready(store.arrive("order-1", &rules, 1, "reserved", token)).unwrap();
/// let Verdict::Run(claim) = second.verdict else { panic!("both have come") };
/// assert_eq!(*claim.inputs[0].as_ref().unwrap().payload, "paid");
///
/// assert!(ready(store.settle("order-1", &rules, token, Settlement::Completed)).unwrap());
/// ```
///
/// `P` is the sum of the function's input types: a store that leaves the process asks that it be serializable, one that
/// does not asks nothing.
///
/// Every method but [`abandon`](Self::abandon) is one round trip for a store over a server, and of these every one but
/// [`list`](Self::list) and [`len`](Self::len) is one atomic step: it reads the join's [`State`](super::state::State), asks
/// [`transition`](super::state::transition) what comes after, and writes that down together with the input. The store's own
/// clock says when. Calls may be made again with the same token, if their answer was lost. A store serves one function,
/// with the same [`Rules`] at every call.
///
/// A store that cannot decode an input of a join that it has just claimed settles it as
/// [`Undecodable`](Settlement::Undecodable), with the token of the claim: an arrival is answered that the join is parked,
/// and a sweep goes on without it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep joins",
    label = "not a `Store` of the function's inputs",
    note = "a store is a `linked_span::fan_in::Memory`, or a type of yours that implements `linked_span::fan_in::Store`"
)]
#[expect(
    clippy::len_without_is_empty,
    reason = "whether there is none is one question more for each store to answer"
)]
pub trait Store<P>: Send + Sync {
    /// The function whose joins it is to keep, and the names of its inputs: told once, before any other call. A store that
    /// keeps the joins of several functions in one place has to tell them apart.
    fn declare(&self, join: &'static str, inputs: &'static [&'static str]) {
        let _ = (join, inputs);
    }

    /// An input comes, the `input`th of the declaration. Somebody else's join that has expired, and that nobody looks
    /// after, is found in passing: [`Arrived::overdue`], which the caller hands over, with the token of this arrival.
    fn arrive(
        &self,
        key: &str,
        rules: &Rules,
        input: u8,
        payload: P,
        token: Token,
    ) -> impl Future<Output = Result<Arrived<P>, Rejected<P>>> + Send;

    /// The holder says how it ended. Whether that counts: it does not if the join has passed to another.
    fn settle(
        &self,
        key: &str,
        rules: &Rules,
        token: Token,
        settlement: Settlement,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The holder needs another lease. Whether it still is the holder.
    fn renew(
        &self,
        key: &str,
        rules: &Rules,
        token: Token,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Claims what is to be run again or handed over by now, so many joins at most, all with this token.
    fn due(
        &self,
        rules: &Rules,
        token: Token,
        max: usize,
    ) -> impl Future<Output = Result<Vec<Due<P>>, StoreError>> + Send;

    /// How many joins there are that have neither completed nor expired.
    fn len(&self) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Shows an operator what has become of joins, and changes nothing.
    fn list(
        &self,
        rules: &Rules,
        which: Which<'_>,
    ) -> impl Future<Output = Result<Vec<Listed>, StoreError>> + Send;

    /// An operator wants what has failed tried again at once, with all its time and as if for the first time: the body, or
    /// of an incomplete join the hand-over. Whether it will be: it is not if nothing has failed, or somebody holds the join.
    fn retry(
        &self,
        key: &str,
        rules: &Rules,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// An operator wants a join gone, with its inputs, or one that has ended no longer remembered. Whether it is: it is not
    /// if there was none, or somebody holds it.
    fn forget(
        &self,
        key: &str,
        rules: &Rules,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The holder is dropped, and settles as well as it can without waiting; a lease is there for when it cannot.
    fn abandon(&self, key: &str, rules: &Rules, token: Token, settlement: Settlement);

    /// Waits for so long, for a holder who renews his claim while his body runs. Where claims do not run out nobody asks.
    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send {
        let _ = span;
        std::future::pending()
    }

    /// Whether what it keeps outlives this process: then a claim has to run out, and an event may be acknowledged as soon
    /// as it is kept.
    fn is_durable(&self) -> bool {
        true
    }
}

/// A [`Store`] that never waits: its futures are ready at the first poll, so that a plain `fn` can be a join.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store that never waits",
    label = "a plain `fn` cannot wait for it",
    note = "write an `async fn`, whose joins are kept by any `Store`",
    note = "if its futures are ready at the first poll, implement `linked_span::fan_in::BlockingStore` for it"
)]
pub trait BlockingStore<P>: Store<P> {}

/// What a future of a [`BlockingStore`] comes to.
///
/// # Panics
///
/// If the future is not ready at its first poll.
pub fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a `BlockingStore` has to be ready at the first poll"),
    }
}

/// What an arrival has come to.
#[derive(Debug)]
pub struct Arrived<P> {
    /// At its own join.
    pub verdict: Verdict<P>,
    /// Another join, which the caller has to hand over.
    pub overdue: Option<Box<Due<P>>>,
}

/// What has become of an input.
#[derive(Debug)]
pub enum Verdict<P> {
    /// It is kept; these have come so far.
    Waiting(Inputs),
    /// It had come before, and the first is kept; these have come so far.
    Duplicate(Inputs),
    /// All have come, and the caller runs the body.
    Run(Claim<P>),
    /// The join has expired without this input, and the caller hands it over.
    HandOver {
        /// What had come before.
        claim: Claim<P>,
        /// The input, which is not part of it.
        payload: P,
    },
    /// Somebody else runs the body, and every input is kept.
    Busy {
        /// In so many milliseconds it is worth another look.
        retry_after: Moment,
    },
    /// The join had completed; the input comes back.
    Completed(P),
    /// The join had expired; the input comes back.
    Expired(P),
    /// The join is parked; the input comes back: either the join has it, or it came too late.
    Parked(P),
}

/// A join that the caller holds, until he settles it.
#[derive(Debug)]
pub struct Claim<P> {
    /// What is to be done with it.
    pub work: Work,
    /// How many bodies have been started, one that is about to be included.
    pub attempts: u32,
    /// The inputs, by their place in the declaration; `None` has not come.
    pub inputs: Vec<Option<Input<P>>>,
}

/// What the holder of a join has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Run the body; then settle as completed or failed.
    Run,
    /// Hand it over as expired; then settle as handed over or not.
    HandOver,
}

/// An input that a store has kept.
#[derive(Debug)]
pub struct Input<P> {
    /// The event.
    pub payload: Arc<P>,
    /// For how many milliseconds.
    pub waited: Moment,
}

/// A join whose time had come, and that the caller now holds.
#[derive(Debug)]
pub struct Due<P> {
    /// Its key.
    pub key: String,
    /// The token to settle it with.
    pub token: Token,
    /// What it is.
    pub claim: Claim<P>,
}

/// An input that a store has not taken.
pub struct Rejected<P> {
    /// It comes back.
    pub payload: P,
    /// Why.
    pub error: StoreError,
    /// Another join, which the caller has to hand over: without that, a full store would stay full.
    pub overdue: Option<Box<Due<P>>>,
}

/// Why a store did not do what it was asked to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There are as many open joins as there may be.
    #[error("there are as many open joins as the store may hold")]
    Full,
    /// The input cannot be written down, in whatever form the store keeps it; another delivery will fare no better.
    #[error("the input cannot be encoded")]
    Unencodable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What the store keeps is of another function, or of other inputs.
    #[error("{0}")]
    Mismatch(String),
    /// The store failed; what was asked may have happened or not, and can be asked again with the same token.
    #[error("the store of joins failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

// By hand, since an input need not be `Debug` to be refused.
impl<P> fmt::Debug for Rejected<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Rejected")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl<P, S: Store<P>> Store<P> for Arc<S> {
    fn declare(&self, join: &'static str, inputs: &'static [&'static str]) {
        S::declare(self, join, inputs);
    }

    fn arrive(
        &self,
        key: &str,
        rules: &Rules,
        input: u8,
        payload: P,
        token: Token,
    ) -> impl Future<Output = Result<Arrived<P>, Rejected<P>>> + Send {
        S::arrive(self, key, rules, input, payload, token)
    }

    fn settle(
        &self,
        key: &str,
        rules: &Rules,
        token: Token,
        settlement: Settlement,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::settle(self, key, rules, token, settlement)
    }

    fn renew(
        &self,
        key: &str,
        rules: &Rules,
        token: Token,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::renew(self, key, rules, token)
    }

    fn due(
        &self,
        rules: &Rules,
        token: Token,
        max: usize,
    ) -> impl Future<Output = Result<Vec<Due<P>>, StoreError>> + Send {
        S::due(self, rules, token, max)
    }

    fn len(&self) -> impl Future<Output = Result<usize, StoreError>> + Send {
        S::len(self)
    }

    fn list(
        &self,
        rules: &Rules,
        which: Which<'_>,
    ) -> impl Future<Output = Result<Vec<Listed>, StoreError>> + Send {
        S::list(self, rules, which)
    }

    fn retry(
        &self,
        key: &str,
        rules: &Rules,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::retry(self, key, rules)
    }

    fn forget(
        &self,
        key: &str,
        rules: &Rules,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::forget(self, key, rules)
    }

    fn abandon(&self, key: &str, rules: &Rules, token: Token, settlement: Settlement) {
        S::abandon(self, key, rules, token, settlement);
    }

    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send {
        S::pause(self, span)
    }

    fn is_durable(&self) -> bool {
        S::is_durable(self)
    }
}

impl<P, S: BlockingStore<P>> BlockingStore<P> for Arc<S> {}
