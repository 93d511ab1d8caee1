//! The joins of one function: passes arrivals to their store and acts on its verdicts.

use std::fmt;
use std::future::ready;
use std::time::{Duration, Instant};

use super::arrival::{Arrival, ArriveError, ArriveErrorKind, ClosedReason};
use super::arriving::Arriving;
use super::claim::{ClaimGuard, Delivery, Ended, Ran};
use super::context::JoinContext;
use super::core::change::Change;
use super::core::claim::Due;
use super::core::error::StoreError;
use super::core::response::{ArriveResponse, Rejected, Verdict};
use super::core::state::{Arrived, Token};
use super::core::store::Store;
use super::expired::{Expired, ExpiryOutcome};
use super::incoming::IncomingInput;
use super::memory::Memory;
use super::options::JoinOptions;
use super::received::ReceivedInputs;
use super::spec::FanInSpec;

/// Manages the joins of one function in a store.
///
/// `P` is the enum of the function's inputs.
///
/// The generated type's `join()` returns it, for operations that do not depend on the function:
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// #[fan_in(payment, inventory)]
/// async fn ship(payment: Event, inventory: Event) {}
///
/// # let event = Event { order: 7, metadata: Origin::default() };
/// # linked_span::fan_in::ready(async {
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// let _waiting = ship.payment(event).await?;
/// assert_eq!(ship.join().len().await?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct Join<P: 'static, S> {
    pub(super) context: JoinContext<P, S>,
}

impl<P: 'static, S> Join<P, S> {
    #[doc(hidden)]
    pub fn new(declared: &'static FanInSpec<P>, store: S, options: &JoinOptions) -> Self
    where
        S: Store<P>,
    {
        store.declare(declared.identity);
        Self::with(declared, store, options)
    }

    fn with(declared: &'static FanInSpec<P>, store: S, options: &JoinOptions) -> Self {
        let context = JoinContext {
            declared,
            store,
            policy: declared.kinds(options.policy(declared.count())),
            on_expired: None,
            on_expired_timeout: options.on_expired_timeout,
        };
        Self { context }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn on_expired<I: 'static, R: ExpiryOutcome>(
        mut self,
        inputs: fn(ReceivedInputs<P>) -> I,
        on_expired: impl Fn(Expired<I>) -> R + Send + Sync + 'static,
    ) -> Self {
        self.context.on_expired = Some(Box::new(move |expired| {
            let failure = on_expired(expired.map(inputs)).failure();
            Box::pin(ready(failure))
        }));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn on_expired_async<I: 'static, F>(
        mut self,
        inputs: fn(ReceivedInputs<P>) -> I,
        on_expired: impl Fn(Expired<I>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: ExpiryOutcome> + Send + 'static,
    {
        self.context.on_expired = Some(Box::new(move |expired| {
            let taken = on_expired(expired.map(inputs));
            Box::pin(async { taken.await.failure() })
        }));
        self
    }

    /// Returns the store.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # fn ship(payment: Event, inventory: Event) {}
    /// let ship = Ship::in_memory(Duration::from_secs(600));
    /// assert_eq!(ship.join().store().forgotten_early(), 0);
    /// ```
    #[must_use]
    pub fn store(&self) -> &S {
        &self.context.store
    }
}

impl<P: 'static, S: Store<P>> Join<P, S> {
    /// Makes a parked or failed join due again, as if for the first time.
    ///
    /// The next arrival or sweep runs it. Returns `false` if nothing has failed, or if a worker holds the join.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # use linked_span::fan_in::{Memory, JoinOptions};
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # async fn ship(payment: Event, inventory: Event) -> Result<(), &'static str> { Err("out of stock") }
    /// # linked_span::fan_in::ready(async {
    /// # let payment = Event { order: 7, metadata: Origin::default() };
    /// # let inventory = payment.clone();
    /// # let options = JoinOptions::timeout(Duration::from_secs(600)).max_attempts(1);
    /// # let ship = Ship::new(Memory::new(), options);
    /// let _waiting = ship.payment(payment).await?;
    /// let _failed = ship.inventory(inventory).await?; // the only attempt, so the join is parked
    /// assert!(ship.join().retry("7").await?);
    /// assert_eq!(ship.sweep().await?.failed, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [`StoreError`] if the store fails.
    pub async fn retry(&self, key: &str) -> Result<bool, StoreError> {
        self.apply(key, Change::Retry).await
    }

    /// Removes a join with its inputs, or the record of a join that has ended.
    ///
    /// Returns `false` if the join does not exist, or if a worker holds it.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # async fn ship(payment: Event, inventory: Event) {}
    /// # linked_span::fan_in::ready(async {
    /// # let payment = Event { order: 7, metadata: Origin::default() };
    /// # let inventory = payment.clone();
    /// # let ship = Ship::in_memory(Duration::from_secs(600));
    /// let _waiting = ship.payment(payment).await?;
    /// assert!(ship.join().forget("7").await?); // the order was cancelled
    /// assert!(!ship.join().forget("7").await?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [`StoreError`] if the store fails.
    pub async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        self.apply(key, Change::Forget).await
    }

    async fn apply(&self, key: &str, change: Change) -> Result<bool, StoreError> {
        let JoinContext { store, policy, .. } = &self.context;
        store.apply(key, policy, change).await
    }

    /// Records the arrival of the input at this place of the declaration.
    #[doc(hidden)]
    pub async fn arrive<T, B>(
        &self,
        incoming: IncomingInput,
        input: P,
        body: impl FnOnce(ReceivedInputs<P>) -> B,
    ) -> Result<Arrival<T, P>, ArriveError<P>>
    where
        B: Future<Output = Ended<T>>,
    {
        let name = self
            .context
            .declared
            .inputs
            .get(usize::from(incoming.place));
        let mut arriving = Arriving::new(
            self.context.declared.join,
            name.copied().unwrap_or_default(),
        );
        let arrival = self.take(incoming, input, body).await;
        arriving.has_come_to(&arrival);
        arrival
    }

    async fn take<T, B>(
        &self,
        mut incoming: IncomingInput,
        input: P,
        body: impl FnOnce(ReceivedInputs<P>) -> B,
    ) -> Result<Arrival<T, P>, ArriveError<P>>
    where
        B: Future<Output = Ended<T>>,
    {
        if incoming.key.is_empty() {
            return Err(ArriveError::new(ArriveErrorKind::NoKey, input));
        }
        if incoming.id.as_ref().is_some_and(String::is_empty) {
            return Err(ArriveError::new(ArriveErrorKind::NoId, input));
        }
        let mut key = std::mem::take(&mut incoming.key);
        let policy = &self.context.policy;
        let arriving = match incoming.arriving(policy) {
            Ok(arriving) => arriving,
            Err(limit) => return Err(ArriveError::new(ArriveErrorKind::OverLimit(limit), input)),
        };
        let (began, mut payload) = (Instant::now(), input);
        loop {
            let (token, since) = (Token::random(), Instant::now());
            let store = &self.context.store;
            let arrived = store.arrive(&key, policy, arriving, payload, token).await;
            let (arrived, overdue) = self.split(arrived, &mut key, token, since);
            let makes_room = match overdue {
                // `on_expired` must neither cost the caller its claim, nor delay the report of its success. The next
                // arrival or sweep delivers the other join.
                Some(overdue) if arrived.as_ref().is_ok_and(HeldVerdict::is_claim) => {
                    drop(ClaimGuard::due(&self.context, *overdue, since));
                    false
                }
                Some(overdue) => self.deliver_expired(*overdue, since).await == Delivery::Taken,
                None => false,
            };
            let (back, error) = match arrived {
                Ok(verdict) => return Ok(self.answer(verdict, body).await),
                Err(rejected) => rejected,
            };
            let is_full = matches!(error, StoreError::Full);
            if !(is_full && makes_room && began.elapsed() < self.context.on_expired_timeout) {
                return Err(ArriveError::rejected(error, back));
            }
            payload = back;
        }
    }

    /// Separates the answer to an arrival from another join that has expired.
    ///
    /// Not inside of the future, which would keep the moved response during all that follows.
    #[expect(clippy::type_complexity, reason = "the parts of two types")]
    fn split(
        &self,
        arrived: Result<ArriveResponse<P>, Rejected<P>>,
        key: &mut String,
        token: Token,
        since: Instant,
    ) -> (
        Result<HeldVerdict<'_, P, S>, (P, StoreError)>,
        Option<Box<Due<P>>>,
    ) {
        match arrived {
            Ok(response) => {
                let key = std::mem::take(key);
                let verdict = self.held(key, token, since, response.verdict);
                self.context.count_parked(response.parked);
                (Ok(verdict), response.overdue)
            }
            Err(rejected) => (Err((rejected.payload, rejected.error)), rejected.overdue),
        }
    }

    /// Delivers another join, for at most the time that a caller may wait for it.
    async fn deliver_expired(&self, overdue: Due<P>, since: Instant) -> Delivery {
        let overdue = ClaimGuard::due(&self.context, overdue, since);
        // The box keeps the future of every arrival small, because this case is rare.
        Box::pin(overdue.deliver_expired(Some(self.context.on_expired_timeout))).await
    }

    /// Converts claims to guards, which release them on drop.
    fn held(
        &self,
        key: String,
        token: Token,
        since: Instant,
        verdict: Verdict<P>,
    ) -> HeldVerdict<'_, P, S> {
        let hold = |claim| ClaimGuard::new(&self.context, key, token, claim, since);
        match verdict {
            Verdict::Waiting(arrived) => HeldVerdict::Waiting(arrived),
            Verdict::Duplicate(arrived) => HeldVerdict::Duplicate(arrived),
            Verdict::Run(claim) => HeldVerdict::Run(hold(claim)),
            Verdict::DeliverExpired { claim, payload } => {
                HeldVerdict::DeliverExpired(hold(claim), payload)
            }
            Verdict::Busy { retry_after } => HeldVerdict::Busy(retry_after),
            Verdict::Completed(payload) => {
                HeldVerdict::Closed(ClosedReason::Completed, payload, true)
            }
            Verdict::Expired(payload) => HeldVerdict::Closed(ClosedReason::Expired, payload, true),
            Verdict::Parked(payload) => HeldVerdict::Parked(payload),
            Verdict::Closed { payload, known } => {
                let durable = !known || self.context.store.is_durable();
                HeldVerdict::Closed(ClosedReason::Full, payload, durable)
            }
        }
    }

    async fn answer<T, B>(
        &self,
        verdict: HeldVerdict<'_, P, S>,
        body: impl FnOnce(ReceivedInputs<P>) -> B,
    ) -> Arrival<T, P>
    where
        B: Future<Output = Ended<T>>,
    {
        let durable = self.context.store.is_durable();
        match verdict {
            HeldVerdict::Waiting(arrived) => Arrival::Waiting {
                missing: self.context.declared.missing(arrived),
                durable,
            },
            HeldVerdict::Duplicate(arrived) => Arrival::Duplicate {
                missing: self.context.declared.missing(arrived),
                durable,
            },
            HeldVerdict::Run(held) => match held.run(body).await {
                Ran::Recorded(returned) => Arrival::Ran(returned),
                Ran::Unrecorded(returned) => Arrival::Unrecorded(returned),
                Ran::Failed(returned) => Arrival::Failed(returned),
                Ran::NotBegun => Arrival::Busy {
                    retry_after: self.context.policy.backoff,
                },
            },
            HeldVerdict::DeliverExpired(held, payload) => {
                Box::pin(held.deliver_expired(Some(self.context.on_expired_timeout))).await;
                Arrival::Closed {
                    reason: ClosedReason::Expired,
                    input: payload,
                    durable: true,
                }
            }
            HeldVerdict::Busy(retry_after) => Arrival::Busy { retry_after },
            HeldVerdict::Parked(payload) => Arrival::Parked {
                input: payload,
                durable,
            },
            HeldVerdict::Closed(reason, input, durable) => Arrival::Closed {
                reason,
                input,
                durable,
            },
        }
    }
}

impl<P: 'static> Join<P, Memory<P>> {
    /// Requires no bound on the inputs, so a compile error points at the input itself.
    #[doc(hidden)]
    #[must_use]
    pub fn in_memory(declared: &'static FanInSpec<P>, options: &JoinOptions) -> Self {
        Self::with(declared, Memory::new(), options)
    }

    /// Waits until every join of this key has completed or expired.
    ///
    /// See [`Memory::settled`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # use linked_span::fan_in::{Disposition, disposition};
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: String, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # async fn ship(payment: Event, inventory: Event) {}
    /// # struct Message { event: Event }
    /// # impl Message { async fn acknowledge(self) {} }
    /// // Each message has its own task, which waits only for the order of its message.
    /// async fn consume(message: Message, ship: &Ship) {
    ///     let arrival = ship.payment(message.event.clone()).await;
    ///     if disposition(&arrival) == Disposition::Defer {
    ///         ship.join().settled(&message.event.order).await;
    ///         message.acknowledge().await;
    ///     }
    /// }
    /// ```
    pub async fn settled(&self, key: &str) {
        self.context.store.settled(key).await;
    }
}

/// Holds a [`Verdict`] whose claims are guarded.
enum HeldVerdict<'j, P: 'static, S: Store<P>> {
    Waiting(Arrived),
    Duplicate(Arrived),
    Run(ClaimGuard<'j, P, S>),
    DeliverExpired(ClaimGuard<'j, P, S>, P),
    Busy(Duration),
    Parked(P),
    Closed(ClosedReason, P, bool),
}

impl<P: 'static, S: Store<P>> HeldVerdict<'_, P, S> {
    fn is_claim(&self) -> bool {
        matches!(self, Self::Run(_) | Self::DeliverExpired(..))
    }
}

// Written by hand, because neither a store nor its inputs need be `Debug`.
impl<P: 'static, S> fmt::Debug for Join<P, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Join")
            .field("declared", &self.context.declared)
            .field("policy", &self.context.policy)
            .finish_non_exhaustive()
    }
}
