//! The joins of one function: what arrives goes to their store, and what the store says is done.

use std::fmt;
use std::future::ready;
use std::time::{Duration, Instant};

use super::arrival::{Arrival, ArriveError, ClosedReason};
use super::arriving::Arriving;
use super::claim::{ClaimGuard, Delivery, Ended, Ran};
use super::core::listing::{JoinQuery, JoinSummary, Page, Status};
use super::core::missing::Missing;
use super::core::state::{Inputs, JoinPolicy, ParkReason, Token};
use super::core::store::{ArriveResponse, Due, Rejected, Store, StoreError, Verdict};
use super::expiry::{Expired, ExpiryOutcome, OnExpired};
use super::memory::Memory;
use super::one_of::Nth;
use super::options::JoinOptions;
use super::received::ReceivedInputs;
use super::spec::FanInSpec;

/// How many joins an operator's method asks the store for at once.
const PAGE: usize = 100;

/// The joins of one function, in a store. `P` is the sum of the function's input types.
///
/// The generated type's `join()` returns it, for what does not depend on the function:
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
    pub(super) declared: &'static FanInSpec<P>,
    pub(super) store: S,
    pub(super) rules: JoinPolicy,
    pub(super) on_expired: Option<OnExpired<P>>,
    /// How long an arrival may wait for it.
    patience: Duration,
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
        Self {
            declared,
            store,
            rules: options.rules(declared.count()),
            on_expired: None,
            patience: options.patience(),
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn on_expired<I: 'static, R: ExpiryOutcome>(
        mut self,
        inputs: fn(ReceivedInputs<P>) -> I,
        on_expired: impl Fn(Expired<I>) -> R + Send + Sync + 'static,
    ) -> Self {
        self.on_expired = Some(Box::new(move |expired| {
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
        self.on_expired = Some(Box::new(move |expired| {
            let taken = on_expired(expired.map(inputs));
            Box::pin(async { taken.await.failure() })
        }));
        self
    }

    /// Where the joins are kept.
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
        &self.store
    }
}

impl<P: 'static, S: Store<P>> Join<P, S> {
    /// How many joins there are that have neither completed nor expired.
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
    /// assert_eq!(ship.join().len().await?, 1);
    /// let _ran = ship.inventory(inventory).await?;
    /// assert_eq!(ship.join().len().await?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the store fails.
    #[expect(
        clippy::len_without_is_empty,
        reason = "whether there is none is one question more for each store to answer"
    )]
    pub async fn len(&self) -> Result<usize, StoreError> {
        self.store.len().await
    }

    /// What has become of joins, for an operator.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # use linked_span::fan_in::{Status, JoinQuery};
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # async fn ship(payment: Event, inventory: Event) {}
    /// # linked_span::fan_in::ready(async {
    /// # let payment = Event { order: 7, metadata: Origin::default() };
    /// # let inventory = payment.clone();
    /// # let ship = Ship::in_memory(Duration::from_secs(600));
    /// let _waiting = ship.payment(payment).await?;
    /// let found = ship.join().list(JoinQuery::Key("7")).await?;
    /// assert_eq!(found[0].status, Status::Open);
    /// assert_eq!(found[0].missing.to_string(), "inventory");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn list(
        &self,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary<Missing>>, StoreError> {
        let listed = self.store.list(&self.rules, which).await?;
        let named = |listed: JoinSummary| listed.map(|inputs| self.declared.named(inputs));
        Ok(listed.into_iter().map(named).collect())
    }

    /// Has a join that is parked or has failed tried again, by the next arrival or sweep, as if for the first time. Whether
    /// it will be: it is not if nothing has failed, or if somebody works at it.
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
    /// let _failed = ship.inventory(inventory).await?; // and so often that it is parked
    /// assert!(ship.join().retry("7").await?);
    /// assert_eq!(ship.sweep().await?.failed, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn retry(&self, key: &str) -> Result<bool, StoreError> {
        self.store.retry(key, &self.rules).await
    }

    /// Lists the joins that are parked for this reason, a page of them.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # use linked_span::fan_in::{Page, ParkReason};
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # async fn ship(payment: Event, inventory: Event) {}
    /// # linked_span::fan_in::ready(async {
    /// # let ship = Ship::in_memory(Duration::from_secs(600));
    /// let page = Page { after: None, limit: 100 };
    /// for join in ship.join().parked(ParkReason::Undecodable, page).await? {
    ///     println!("{}: {}", join.key, join.detail.unwrap_or_default());
    /// }
    /// # Ok::<(), linked_span::fan_in::StoreError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn parked(
        &self,
        reason: ParkReason,
        page: Page<'_>,
    ) -> Result<Vec<JoinSummary<Missing>>, StoreError> {
        let mut found: Vec<JoinSummary<Missing>> = Vec::new();
        let mut last: Option<String> = None;
        while found.len() < page.limit {
            let after = last.as_deref().or(page.after);
            let limit = page.limit.max(PAGE);
            let parked = self.list(JoinQuery::Parked(Page { after, limit })).await?;
            let Some(end) = parked.last() else { break };
            last = Some(end.key.clone());
            let is_asked_for = |join: &JoinSummary<_>| join.status == Status::Parked(reason);
            found.extend(parked.into_iter().filter(is_asked_for));
        }
        found.truncate(page.limit);
        Ok(found)
    }

    /// Has every join tried again that is parked for this reason. Returns how many will be.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # use linked_span::fan_in::ParkReason;
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # async fn ship(payment: Event, inventory: Event) {}
    /// # linked_span::fan_in::ready(async {
    /// # let ship = Ship::in_memory(Duration::from_secs(600));
    /// // The release that runs now can read what the last one could not.
    /// let count = ship.join().retry_parked(ParkReason::Undecodable).await?;
    /// # assert_eq!(count, 0);
    /// # Ok::<(), linked_span::fan_in::StoreError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the store fails; some may be tried again then.
    pub async fn retry_parked(&self, reason: ParkReason) -> Result<usize, StoreError> {
        let mut retried = 0;
        let mut last: Option<String> = None;
        loop {
            let after = last.as_deref();
            let page = Page { after, limit: PAGE };
            let parked = self.parked(reason, page).await?;
            for join in &parked {
                retried += usize::from(self.retry(&join.key).await?);
            }
            match parked.last() {
                Some(join) => last = Some(join.key.clone()),
                None => return Ok(retried),
            }
        }
    }

    /// Removes a join, with its inputs; of one that has ended, the memory of it. Whether it is gone: it is not if there was
    /// none, or if somebody works at it.
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
    /// If the store fails.
    pub async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        self.store.forget(key, &self.rules).await
    }

    #[doc(hidden)]
    pub async fn arrive<const PLACE: u8, T, B>(
        &self,
        key: String,
        input: P::Input,
        body: impl FnOnce(ReceivedInputs<P>) -> B,
    ) -> Result<Arrival<T, P::Input>, ArriveError<P::Input>>
    where
        P: Nth<PLACE>,
        B: Future<Output = Ended<T>>,
    {
        let name = self.declared.inputs[usize::from(PLACE)];
        let mut arriving = Arriving::new(self.declared.join, name);
        let arrival = self.take(key, input, body).await;
        arriving.has_come_to(&arrival);
        arrival
    }

    async fn take<const PLACE: u8, T, B>(
        &self,
        key: String,
        input: P::Input,
        body: impl FnOnce(ReceivedInputs<P>) -> B,
    ) -> Result<Arrival<T, P::Input>, ArriveError<P::Input>>
    where
        P: Nth<PLACE>,
        B: Future<Output = Ended<T>>,
    {
        if key.is_empty() {
            return Err(ArriveError::no_key(input));
        }
        let (began, mut payload) = (Instant::now(), P::of(input));
        loop {
            let (token, since) = (Token::random(), Instant::now());
            let arrived = self.store.arrive(&key, &self.rules, PLACE, payload, token);
            let Rejected {
                payload: back,
                error,
                overdue,
            } = match arrived.await {
                Ok(ArriveResponse { verdict, overdue }) => {
                    let verdict = self.held(key, token, since, verdict);
                    if verdict.is_claim() {
                        // `on_expired` must neither cost the caller its claim, nor come between its success and the caller:
                        // the next arrival or sweep hands the other join over.
                        drop(overdue.map(|overdue| ClaimGuard::due(self, *overdue, since)));
                    } else if let Some(overdue) = overdue {
                        self.hand_over(*overdue, since).await;
                    }
                    return Ok(self.answer(verdict, body).await);
                }
                Err(rejected) => rejected,
            };
            let makes_room = match overdue {
                Some(overdue) => self.hand_over(*overdue, since).await == Delivery::Taken,
                None => false,
            };
            let is_full = matches!(error, StoreError::Full);
            if !(is_full && makes_room && began.elapsed() < self.patience) {
                return Err(ArriveError::rejected(error, given_back(back)));
            }
            payload = back;
        }
    }

    /// Hands another join over, for no longer than a caller may have to wait for it.
    async fn hand_over(&self, overdue: Due<P>, since: Instant) -> Delivery {
        let overdue = ClaimGuard::due(self, overdue, since);
        // It is rare, and would make the future of every arrival larger.
        Box::pin(overdue.hand_over(Some(self.patience))).await
    }

    /// From here on, claims are let go of when they are dropped.
    fn held(
        &self,
        key: String,
        token: Token,
        since: Instant,
        verdict: Verdict<P>,
    ) -> HeldVerdict<'_, P, S> {
        let hold = |claim| ClaimGuard::new(self, key, token, claim, since);
        match verdict {
            Verdict::Waiting(came) => HeldVerdict::Waiting(came),
            Verdict::Duplicate(came) => HeldVerdict::Duplicate(came),
            Verdict::Run(claim) => HeldVerdict::Run(hold(claim)),
            Verdict::DeliverExpired { claim, payload } => {
                HeldVerdict::DeliverExpired(hold(claim), payload)
            }
            Verdict::Busy { retry_after } => HeldVerdict::Busy(Duration::from_millis(retry_after)),
            Verdict::Completed(payload) => HeldVerdict::Closed(ClosedReason::Completed, payload),
            Verdict::Expired(payload) => HeldVerdict::Closed(ClosedReason::Expired, payload),
            Verdict::Parked(payload) => HeldVerdict::Parked(payload),
        }
    }

    async fn answer<const PLACE: u8, T, B>(
        &self,
        verdict: HeldVerdict<'_, P, S>,
        body: impl FnOnce(ReceivedInputs<P>) -> B,
    ) -> Arrival<T, P::Input>
    where
        P: Nth<PLACE>,
        B: Future<Output = Ended<T>>,
    {
        let durable = self.store.is_durable();
        match verdict {
            HeldVerdict::Waiting(came) => Arrival::Waiting {
                missing: self.declared.missing(came),
                durable,
            },
            HeldVerdict::Duplicate(came) => Arrival::Duplicate {
                missing: self.declared.missing(came),
                durable,
            },
            HeldVerdict::Run(held) => match held.run(body).await {
                Ran::Recorded(returned) => Arrival::Ran(returned),
                Ran::Unrecorded(returned) => Arrival::Unrecorded(returned),
                Ran::Failed(returned) => Arrival::Failed(returned),
                Ran::NotBegun => Arrival::Busy {
                    retry_after: Duration::from_millis(self.rules.backoff),
                },
            },
            HeldVerdict::DeliverExpired(held, payload) => {
                Box::pin(held.hand_over(Some(self.patience))).await;
                Arrival::Closed {
                    reason: ClosedReason::Expired,
                    input: given_back(payload),
                }
            }
            HeldVerdict::Busy(retry_after) => Arrival::Busy { retry_after },
            HeldVerdict::Parked(payload) => Arrival::Parked {
                input: given_back(payload),
                durable,
            },
            HeldVerdict::Closed(reason, payload) => Arrival::Closed {
                reason,
                input: given_back(payload),
            },
        }
    }
}

impl<P: 'static> Join<P, Memory<P>> {
    /// Asks nothing of the inputs: what is wrong with one is said where it is.
    #[doc(hidden)]
    #[must_use]
    pub fn in_memory(declared: &'static FanInSpec<P>, options: &JoinOptions) -> Self {
        Self::with(declared, Memory::new(), options)
    }

    /// Waits until there is no join for this key that is neither completed nor expired, as
    /// [`Memory::settled`] does.
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
    /// // A task for each message: it waits for nobody but its own order.
    /// async fn consume(message: Message, ship: &Ship) {
    ///     let arrival = ship.payment(message.event.clone()).await;
    ///     if disposition(&arrival) == Disposition::Defer {
    ///         ship.join().settled(&message.event.order).await;
    ///         message.acknowledge().await;
    ///     }
    /// }
    /// ```
    pub async fn settled(&self, key: &str) {
        self.store.settled(key).await;
    }
}

/// A [`Verdict`] whose claims are held.
enum HeldVerdict<'j, P: 'static, S: Store<P>> {
    Waiting(Inputs),
    Duplicate(Inputs),
    Run(ClaimGuard<'j, P, S>),
    DeliverExpired(ClaimGuard<'j, P, S>, P),
    Busy(Duration),
    Parked(P),
    Closed(ClosedReason, P),
}

impl<P: 'static, S: Store<P>> HeldVerdict<'_, P, S> {
    fn is_claim(&self) -> bool {
        matches!(self, Self::Run(_) | Self::DeliverExpired(..))
    }
}

/// # Panics
///
/// If the store returns another input than it was given.
fn given_back<const PLACE: u8, P: Nth<PLACE>>(payload: P) -> P::Input {
    payload
        .into_input()
        .expect("a store gives back the input that it was given")
}

// By hand, since neither a store nor what it keeps need be `Debug`.
impl<P: 'static, S> fmt::Debug for Join<P, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Join")
            .field("declared", &self.declared)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
