//! The contract of a store.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::arriving_input::ArrivingInput;
use super::change::Change;
use super::error::StoreError;
use super::identity::FanInIdentity;
use super::operator::Operator;
use super::response::{ArriveResponse, DueClaims, Rejected};
use super::state::{JoinPolicy, Settlement, Token};

/// Keeps the joins of one function: their inputs and their states.
///
/// ```
/// use linked_span::fan_in::{Change, Memory, JoinPolicy, Settlement, Store, Token, Verdict, ready};
///
/// let policy = JoinPolicy::new(2);
/// let store = Memory::new();
///
/// let first = ready(store.arrive("order-1", &policy, 0.into(), "paid", Token::random())).unwrap();
/// assert!(matches!(first.verdict, Verdict::Waiting(_)));
///
/// let token = Token::random();
/// let second = ready(store.arrive("order-1", &policy, 1.into(), "reserved", token)).unwrap();
/// let Verdict::Run(claim) = second.verdict else { panic!("both have arrived") };
/// assert_eq!(*claim.inputs[0].payload, "paid");
///
/// let completed = Change::Settle { token, settlement: Settlement::Completed };
/// assert!(ready(store.apply("order-1", &policy, completed)).unwrap());
/// ```
///
/// `P` is the enum of the function's inputs. A store outside the process requires that `P` is serializable. A store in
/// memory requires nothing.
///
/// # How to write one
///
/// Execute the [state machine](super::state). Each step is atomic: the store reads the join's [`State`], asks
/// [`transition`] for the next state, and writes that together with the input. A store over a server makes one round
/// trip for most calls.
///
/// | method | step | answer |
/// | --- | --- | --- |
/// | [`arrive`](Self::arrive) | [`Step::Arrive`] at the join; then [`Step::ClaimDue`] with [`ClaimMode::Opportunistic`] at another join that is [`due`] | the [`Reply`] as a [`Verdict`]; the other join, if it was claimed; the [parked] joins |
/// | [`apply`](Self::apply) | `Step::from(change)` | `true` if the reply is [`Reply::Recorded`] |
/// | [`claim_due`](Self::claim_due) | [`Step::ClaimDue`] with [`ClaimMode::Sweep`] at each join that is [`due`] | the joins whose reply is [`Reply::Run`] or [`Reply::DeliverExpired`]; the parked joins |
///
/// A join takes an input whose reply is [`Reply::Waiting`], or [`Reply::Run`] with `taken`. A claim carries the
/// inputs that have arrived. A join that has completed or expired has no inputs left.
///
/// A list keeps each element with its identity, in order of arrival. Under its lock, the store looks whether it has the
/// identity, and passes that as `known`. It counts the elements that come again, for an operator. It rejects an element
/// that exceeds [`JoinPolicy::max_bytes`] as [`StoreError::OverLimit`], and changes nothing then.
///
/// The store's own clock decides. A caller may make a call again with the same token if the answer was lost. A store serves
/// one function, with the same [`JoinPolicy`] at every call.
///
/// A store that cannot decode an input of a join that it has just claimed settles the join as
/// [`Undecodable`](Settlement::Undecodable), with the token of the claim. It answers an arrival with [`Verdict::Parked`],
/// and a sweep goes on without that join.
///
/// A step can park a join whose worker died at its last attempt. `arrive` and `claim_due` report such joins, and those that
/// the store could not decode: [`ParkCounts::record`] counts a step. The runtime counts the joins that `apply` parks. A
/// store without leases that decodes nothing parks no join by itself.
///
/// With the feature `testing`, `testing::conformance` checks a store against these policy.
///
/// [`Operator`] counts and lists the joins. The runtime renews claims and bounds waits by itself:
/// by tokio's clock inside a tokio runtime, if the feature `tokio` is on, and by a thread of its own elsewhere. So a store
/// without tokio keeps its claims too, on any executor.
///
/// [`State`]: super::state::State
/// [`transition`]: super::state::transition
/// [`due`]: super::state::due()
/// [`ClaimMode::Opportunistic`]: super::state::ClaimMode::Opportunistic
/// [`ClaimMode::Sweep`]: super::state::ClaimMode::Sweep
/// [`ParkCounts::record`]: super::park_counts::ParkCounts::record
/// [parked]: super::park_counts::ParkCounts
/// [`Reply`]: super::state::Reply
/// [`Reply::Recorded`]: super::state::Reply::Recorded
/// [`Reply::Run`]: super::state::Reply::Run
/// [`Reply::Waiting`]: super::state::Reply::Waiting
/// [`Reply::DeliverExpired`]: super::state::Reply::DeliverExpired
/// [`Step::Arrive`]: super::state::Step::Arrive
/// [`Step::ClaimDue`]: super::state::Step::ClaimDue
/// [`Verdict`]: super::response::Verdict
/// [`Verdict::Parked`]: super::response::Verdict::Parked
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store of joins",
    label = "not a `Store` of the function's inputs",
    note = "use `linked_span::fan_in::Memory`, or implement `linked_span::fan_in::Store`"
)]
pub trait Store<P>: Operator {
    /// Receives the identity of the function whose joins the store keeps.
    ///
    /// The runtime calls it once, before any other call. A store that keeps the joins of several functions in one place
    /// distinguishes them by it.
    ///
    /// ```
    /// # use linked_span::fan_in::{FanInIdentity, Store};
    /// # fn example<P>(store: &impl Store<P>) {
    /// store.declare(FanInIdentity::new("shop::Ship", &["payment", "inventory"], &["Paid", "Reserved"]));
    /// # }
    /// ```
    fn declare(&self, identity: FanInIdentity) {
        let _ = identity;
    }

    /// Records the arrival of an input.
    ///
    /// The call may also return one other join that has expired and that no worker holds: [`ArriveResponse::overdue`]. The
    /// caller delivers it to `on_expired`, with the token of this arrival.
    ///
    /// The caller may drop the future, and a server's reply may be lost. The store then releases the claims of this
    /// token, as [`Settlement::Released`]. Otherwise a claim lasts until its lease ends.
    ///
    /// ```
    /// # use linked_span::fan_in::{Rejected, JoinPolicy, Store, Token, Verdict};
    /// # async fn example(store: &impl Store<&'static str>, policy: &JoinPolicy) -> Result<(), Rejected<&'static str>> {
    /// let arrived = store.arrive("order-1", policy, 0.into(), "paid", Token::random()).await?;
    /// if let Verdict::Run(claim) = arrived.verdict {
    ///     println!("complete, for attempt {}", claim.attempts);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Rejected`] returns the input.
    fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> impl Future<Output = Result<ArriveResponse<P>, Rejected<P>>> + Send;

    /// Changes a join: settles, renews, retries or forgets it. Returns `true` if the change is recorded.
    ///
    /// ```
    /// # use linked_span::fan_in::{Change, JoinPolicy, Store, StoreError, Token};
    /// # async fn example<P>(store: &impl Store<P>, policy: &JoinPolicy, token: Token) -> Result<(), StoreError> {
    /// if !store.apply("order-1", policy, Change::Renew { token }).await? {
    ///     println!("another worker has the join now");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] and [`StoreError::Misconfigured`].
    fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Claims at most `max` joins that are due to run again or to be delivered as expired.
    ///
    /// The claims have this token, or the tokens that are returned with them. If the store returns no claim, other
    /// workers hold all joins that are due.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Store, StoreError, Token};
    /// # async fn example<P>(store: &impl Store<P>, policy: &JoinPolicy) -> Result<(), StoreError> {
    /// for due in store.claim_due(policy, Token::random(), 16).await?.claims {
    ///     println!("{}: {:?}", due.key, due.claim.work);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] and [`StoreError::Misconfigured`].
    fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> impl Future<Output = Result<DueClaims<P>, StoreError>> + Send;

    /// Settles without waiting, for a holder that was dropped or that could not settle.
    ///
    /// A store over a server sends the settlement in the background, and retries until the server answers. If the
    /// server stays out of reach, the lease ends by itself.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Settlement, Store, Token};
    /// # fn example<P>(store: &impl Store<P>, policy: &JoinPolicy, token: Token) {
    /// store.release("order-1", policy, token, Settlement::Failed);
    /// # }
    /// ```
    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement);

    /// Returns `true` if the stored joins outlive this process.
    ///
    /// If so, a claim has a lease that ends, and the runtime renews it. A consumer may acknowledge an event as soon as
    /// the store keeps it.
    ///
    /// ```
    /// # use linked_span::fan_in::{Memory, Store};
    /// assert!(!Memory::<String>::new().is_durable());
    /// ```
    fn is_durable(&self) -> bool {
        true
    }
}

/// Marks a [`Store`] that never waits, so that a plain `fn` can use it.
///
/// Each of its futures is ready at the first poll.
///
/// ```
/// use linked_span::fan_in::{BlockingStore, Change, JoinPolicy, StoreError, ready};
///
/// fn forget<P>(store: &impl BlockingStore<P>, policy: &JoinPolicy) -> Result<bool, StoreError> {
///     ready(store.apply("order-1", policy, Change::Forget))
/// }
/// # assert!(!forget(&linked_span::fan_in::Memory::<String>::new(), &JoinPolicy::new(2)).unwrap());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `BlockingStore`",
    label = "a plain `fn` cannot wait for this store",
    note = "make the function an `async fn`, which works with every `Store`",
    note = "if its futures are ready at the first poll, implement `linked_span::fan_in::BlockingStore` for it"
)]
pub trait BlockingStore<P>: Store<P> {}

/// Returns the output of a future of a [`BlockingStore`].
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::ready;
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # #[fan_in(payment, inventory)]
/// # fn ship(payment: Event, inventory: Event) {}
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// assert_eq!(ready(ship.join().len())?, 0); // in a function that is not `async`
/// # Ok::<(), linked_span::fan_in::StoreError>(())
/// ```
///
/// # Panics
///
/// Panics if the future is not ready at its first poll.
// Without it, an arrival in `Memory` takes 5 % more.
#[inline]
pub fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a `BlockingStore` has to be ready at the first poll"),
    }
}
