//! What keeps joins, here or elsewhere.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use thiserror::Error;

use super::identity::FanInIdentity;
use super::listing::{JoinQuery, JoinSummary};
use super::state::{Inputs, JoinPolicy, Moment, Settlement, Token};

/// Keeps the joins of one function: their inputs, and what has become of them.
///
/// ```
/// use linked_span::fan_in::{FanInIdentity, Memory, JoinPolicy, Settlement, Store, Token, Verdict, ready};
///
/// # let rules = JoinPolicy {
/// #     inputs: 2,
/// #     timeout: 600_000,
/// #     lease: 300_000,
/// #     backoff: 1_000,
/// #     dedup_window: 86_400_000,
/// #     max_attempts: u32::MAX,
/// # };
/// let store = Memory::new();
/// store.declare(FanInIdentity::new("shop::FulfillOrder", &["payment", "inventory"], &["&str", "&str"]));
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
/// To write one, have it do as the [state machine](super::state) says. Each step is atomic: it reads the join's [`State`],
/// asks [`transition`] what comes after, and writes that down together with the input. For a store over a server, a call is
/// one round trip where nothing is out of the ordinary.
///
/// | method | step | answer |
/// | --- | --- | --- |
/// | [`arrive`](Self::arrive) | [`Step::Arrive`] at the join; then [`Step::ClaimDue`], in passing, at another that is [`due`] | the [`Reply`] as a [`Verdict`]; what is to be handed over of the other |
/// | [`settle`](Self::settle), [`renew`](Self::renew), [`retry`](Self::retry), [`forget`](Self::forget) | the one of that name | whether the reply is [`Reply::Recorded`] |
/// | [`due`](Self::due) | [`Step::ClaimDue`], by a sweep, at each that is [`due`] | those whose reply is [`Reply::Run`] or [`Reply::DeliverExpired`] |
///
/// The store's own clock says when. Calls may be made again with the same token, if their answer was lost. A store serves
/// one function, with the same [`JoinPolicy`] at every call.
///
/// A store that cannot decode an input of a join that it has just claimed settles it as
/// [`Undecodable`](Settlement::Undecodable), with the token of the claim: an arrival is answered that the join is parked,
/// and a sweep goes on without it.
///
/// [`State`]: super::state::State
/// [`transition`]: super::state::transition
/// [`due`]: super::state::due()
/// [`Reply`]: super::state::Reply
/// [`Reply::Recorded`]: super::state::Reply::Recorded
/// [`Reply::Run`]: super::state::Reply::Run
/// [`Reply::DeliverExpired`]: super::state::Reply::DeliverExpired
/// [`Step::Arrive`]: super::state::Step::Arrive
/// [`Step::ClaimDue`]: super::state::Step::ClaimDue
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store of joins",
    label = "not a `Store` of the function's inputs",
    note = "use `linked_span::fan_in::Memory`, or implement `linked_span::fan_in::Store`"
)]
#[expect(
    clippy::len_without_is_empty,
    reason = "whether there is none is one question more for each store to answer"
)]
pub trait Store<P>: Send + Sync {
    /// Receives the identity of the function whose joins the store keeps, once and before any other call.
    ///
    /// A store that keeps the joins of several functions in one place has to tell them apart by it.
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

    /// An input comes, the `input`th of the declaration. Somebody else's join that has expired, and that nobody looks
    /// after, is found in passing: [`ArriveResponse::overdue`], which the caller hands over, with the token of this arrival.
    ///
    /// The future may be dropped before it is done, and the reply of a server may be lost. A store then releases what this
    /// token may have claimed, as [`Settlement::Released`], or the join is held until its lease is over.
    ///
    /// ```
    /// # use linked_span::fan_in::{Rejected, JoinPolicy, Store, Token, Verdict};
    /// # async fn example(store: &impl Store<&'static str>, rules: &JoinPolicy) -> Result<(), Rejected<&'static str>> {
    /// let arrived = store.arrive("order-1", rules, 0, "paid", Token::random()).await?;
    /// if let Verdict::Run(claim) = arrived.verdict {
    ///     println!("complete, for attempt {}", claim.attempts);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn arrive(
        &self,
        key: &str,
        rules: &JoinPolicy,
        input: u8,
        payload: P,
        token: Token,
    ) -> impl Future<Output = Result<ArriveResponse<P>, Rejected<P>>> + Send;

    /// The holder says how it ended. Whether that counts: it does not if the join has passed to another.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Settlement, Store, StoreError, Token};
    /// # async fn example<P>(store: &impl Store<P>, rules: &JoinPolicy, token: Token) -> Result<(), StoreError> {
    /// let is_recorded = store.settle("order-1", rules, token, Settlement::Completed).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn settle(
        &self,
        key: &str,
        rules: &JoinPolicy,
        token: Token,
        settlement: Settlement,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The holder needs another lease. Whether it still is the holder.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Store, StoreError, Token};
    /// # async fn example<P>(store: &impl Store<P>, rules: &JoinPolicy, token: Token) -> Result<(), StoreError> {
    /// if !store.renew("order-1", rules, token).await? {
    ///     println!("another worker has the join now");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn renew(
        &self,
        key: &str,
        rules: &JoinPolicy,
        token: Token,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Claims what is to be run again or handed over by now, `max` joins at most, with this token or those that it returns.
    /// If it returns none, nothing is due that another does not hold.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Store, StoreError, Token};
    /// # async fn example<P>(store: &impl Store<P>, rules: &JoinPolicy) -> Result<(), StoreError> {
    /// for due in store.due(rules, Token::random(), 16).await? {
    ///     println!("{}: {:?}", due.key, due.claim.work);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn due(
        &self,
        rules: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> impl Future<Output = Result<Vec<Due<P>>, StoreError>> + Send;

    /// How many joins there are that have neither completed nor expired.
    ///
    /// ```
    /// # use linked_span::fan_in::{Memory, Store, StoreError, ready};
    /// let store = Memory::<String>::new();
    /// assert_eq!(ready(store.len())?, 0);
    /// # Ok::<(), StoreError>(())
    /// ```
    fn len(&self) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Shows an operator what has become of joins, and changes nothing.
    ///
    /// ```
    /// # use linked_span::fan_in::{Page, JoinPolicy, Store, StoreError, JoinQuery};
    /// # async fn example<P>(store: &impl Store<P>, rules: &JoinPolicy) -> Result<(), StoreError> {
    /// let page = Page { after: None, limit: 100 };
    /// for join in store.list(rules, JoinQuery::Unsettled(page)).await? {
    ///     println!("{} has {} inputs to come", join.key, join.missing.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn list(
        &self,
        rules: &JoinPolicy,
        which: JoinQuery<'_>,
    ) -> impl Future<Output = Result<Vec<JoinSummary>, StoreError>> + Send;

    /// An operator wants what has failed tried again at once, with all its time and as if for the first time: the body, or
    /// of an incomplete join the hand-over. Whether it will be: it is not if nothing has failed, or somebody holds the join.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Store, StoreError};
    /// # async fn example<P>(store: &impl Store<P>, rules: &JoinPolicy) -> Result<(), StoreError> {
    /// let will_run = store.retry("order-1", rules).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn retry(
        &self,
        key: &str,
        rules: &JoinPolicy,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// An operator wants a join gone, with its inputs, or one that has ended no longer remembered. Whether it is: it is not
    /// if there was none, or somebody holds it.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Store, StoreError};
    /// # async fn example<P>(store: &impl Store<P>, rules: &JoinPolicy) -> Result<(), StoreError> {
    /// let is_gone = store.forget("order-1", rules).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn forget(
        &self,
        key: &str,
        rules: &JoinPolicy,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Settles without waiting, for a holder that is dropped or that could not settle. A store calls its server in the
    /// background, again until there is an answer; if that cannot be done, the lease runs out.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, Settlement, Store, Token};
    /// # fn example<P>(store: &impl Store<P>, rules: &JoinPolicy, token: Token) {
    /// store.abandon("order-1", rules, token, Settlement::Failed);
    /// # }
    /// ```
    fn abandon(&self, key: &str, rules: &JoinPolicy, token: Token, settlement: Settlement);

    /// Waits for so long, for a holder who renews his claim while his body runs. Where claims do not run out nobody asks.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::{Memory, Store};
    /// # async fn example(store: &Memory<String>) {
    /// store.pause(Duration::from_secs(100)).await; // a store over a runtime asks that to sleep
    /// # }
    /// ```
    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send {
        let _ = span;
        std::future::pending()
    }

    /// Whether what it keeps outlives this process: then a claim has to run out, and an event may be acknowledged as soon
    /// as it is kept.
    ///
    /// ```
    /// # use linked_span::fan_in::{Memory, Store};
    /// assert!(!Memory::<String>::new().is_durable());
    /// ```
    fn is_durable(&self) -> bool {
        true
    }
}

/// A [`Store`] that never waits: its futures are ready at the first poll, so that a plain `fn` can be a join.
///
/// ```
/// use linked_span::fan_in::{BlockingStore, StoreError, ready};
///
/// fn has_room<P>(store: &impl BlockingStore<P>) -> Result<bool, StoreError> {
///     Ok(ready(store.len())? < 1_000)
/// }
/// # assert!(has_room(&linked_span::fan_in::Memory::<String>::new()).unwrap());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `BlockingStore`",
    label = "a plain `fn` cannot wait for this store",
    note = "make the function an `async fn`, which works with every `Store`",
    note = "if its futures are ready at the first poll, implement `linked_span::fan_in::BlockingStore` for it"
)]
pub trait BlockingStore<P>: Store<P> {}

/// What a future of a [`BlockingStore`] comes to.
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
/// If the future is not ready at its first poll.
pub fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a `BlockingStore` has to be ready at the first poll"),
    }
}

/// What an arrival has come to.
///
/// ```
/// use linked_span::fan_in::{ArriveResponse, Inputs, Verdict};
///
/// /// What a store answers to the first input of a join, where no other is overdue.
/// fn first<P>(input: u8) -> ArriveResponse<P> {
///     let came = Inputs::default().with(input);
///     ArriveResponse { verdict: Verdict::Waiting(came), overdue: None }
/// }
/// ```
#[derive(Debug)]
pub struct ArriveResponse<P> {
    /// At its own join.
    pub verdict: Verdict<P>,
    /// Another join, which the caller has to hand over.
    pub overdue: Option<Box<Due<P>>>,
}

/// What has become of an input.
///
/// ```
/// use linked_span::fan_in::state::Reply;
/// use linked_span::fan_in::{Moment, Verdict};
///
/// /// What a store answers where the caller gets no claim.
/// fn verdict<P>(reply: Reply, now: Moment, payload: P) -> Option<Verdict<P>> {
///     Some(match reply {
///         Reply::Waiting(came) => Verdict::Waiting(came),
///         Reply::Duplicate(came) => Verdict::Duplicate(came),
///         Reply::Busy(until) => Verdict::Busy { retry_after: until.saturating_sub(now) },
///         Reply::Completed => Verdict::Completed(payload),
///         Reply::Expired => Verdict::Expired(payload),
///         Reply::Parked => Verdict::Parked(payload),
///         _ => return None,
///     })
/// }
/// ```
#[derive(Debug)]
pub enum Verdict<P> {
    /// It is kept; these have come so far.
    Waiting(Inputs),
    /// It had come before, and the first is kept; these have come so far.
    Duplicate(Inputs),
    /// All have come, and the caller runs the body.
    Run(Claim<P>),
    /// The join has expired without this input, and the caller hands it over.
    DeliverExpired {
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
///
/// ```
/// use linked_span::fan_in::{Claim, Input, Work};
///
/// /// What a store hands out to be run, once it has read the inputs.
/// fn complete<P>(inputs: Vec<Input<P>>, attempts: u32) -> Claim<P> {
///     let inputs = inputs.into_iter().map(Some).collect();
///     Claim { work: Work::Run, attempts, inputs }
/// }
/// ```
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
///
/// ```
/// use linked_span::fan_in::{Claim, Work};
///
/// fn describe<P>(claim: &Claim<P>) -> String {
///     match claim.work {
///         Work::Run => format!("to be run, for the {}. time", claim.attempts),
///         Work::DeliverExpired => format!("expired, after {} runs", claim.attempts),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Run the body; then settle as completed or failed.
    Run,
    /// Hand it over as expired; then settle as handed over or not.
    DeliverExpired,
}

/// An input that a store has kept.
///
/// ```
/// use std::sync::Arc;
/// use linked_span::fan_in::Input;
///
/// # let (now, came_at) = (2_500, 1_000);
/// let input = Input { payload: Arc::new("paid"), waited: now - came_at };
/// ```
#[derive(Debug)]
pub struct Input<P> {
    /// The event.
    pub payload: Arc<P>,
    /// For how many milliseconds.
    pub waited: Moment,
}

/// A join whose time had come, and that the caller now holds.
///
/// ```
/// use linked_span::fan_in::{Due, JoinPolicy, Settlement, Store, StoreError, Work};
///
/// /// Settles as if all went well.
/// async fn succeed<P>(store: &impl Store<P>, rules: &JoinPolicy, due: Due<P>) -> Result<bool, StoreError> {
///     let settlement = match due.claim.work {
///         Work::Run => Settlement::Completed,
///         Work::DeliverExpired => Settlement::ExpiryDelivered,
///     };
///     store.settle(&due.key, rules, due.token, settlement).await
/// }
/// ```
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
///
/// ```
/// use linked_span::fan_in::{Rejected, StoreError};
///
/// /// What a store answers that cannot be reached.
/// fn failed<P>(payload: P, why: std::io::Error) -> Rejected<P> {
///     Rejected { payload, error: StoreError::Failed(why.into()), overdue: None }
/// }
/// ```
pub struct Rejected<P> {
    /// It comes back.
    pub payload: P,
    /// Why.
    pub error: StoreError,
    /// Another join, which the caller has to hand over: without that, a full store would stay full.
    pub overdue: Option<Box<Due<P>>>,
}

/// Why a store did not do what it was asked to.
///
/// ```
/// use linked_span::fan_in::StoreError;
///
/// /// Whether the same may succeed later.
/// fn is_worth_another_try(error: &StoreError) -> bool {
///     match error {
///         StoreError::Full | StoreError::Failed(_) => true,
///         StoreError::Unencodable(_) => false, // the event is at fault
///         StoreError::Misconfigured(_) => false, // the program is, or the server
///         _ => false,
///     }
/// }
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There are as many open joins as there may be.
    #[error("there are as many open joins as the store may hold")]
    Full,
    /// The input cannot be written down, in whatever form the store keeps it; another delivery will fare no better.
    #[error("the input cannot be encoded")]
    Unencodable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The program or the server has to be changed first: what the store keeps is of another function or of other inputs,
    /// or the server may drop what it keeps.
    #[error("{0}")]
    Misconfigured(String),
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
    fn declare(&self, identity: FanInIdentity) {
        S::declare(self, identity);
    }

    fn arrive(
        &self,
        key: &str,
        rules: &JoinPolicy,
        input: u8,
        payload: P,
        token: Token,
    ) -> impl Future<Output = Result<ArriveResponse<P>, Rejected<P>>> + Send {
        S::arrive(self, key, rules, input, payload, token)
    }

    fn settle(
        &self,
        key: &str,
        rules: &JoinPolicy,
        token: Token,
        settlement: Settlement,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::settle(self, key, rules, token, settlement)
    }

    fn renew(
        &self,
        key: &str,
        rules: &JoinPolicy,
        token: Token,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::renew(self, key, rules, token)
    }

    fn due(
        &self,
        rules: &JoinPolicy,
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
        rules: &JoinPolicy,
        which: JoinQuery<'_>,
    ) -> impl Future<Output = Result<Vec<JoinSummary>, StoreError>> + Send {
        S::list(self, rules, which)
    }

    fn retry(
        &self,
        key: &str,
        rules: &JoinPolicy,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::retry(self, key, rules)
    }

    fn forget(
        &self,
        key: &str,
        rules: &JoinPolicy,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::forget(self, key, rules)
    }

    fn abandon(&self, key: &str, rules: &JoinPolicy, token: Token, settlement: Settlement) {
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
