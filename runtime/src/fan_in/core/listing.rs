//! What an operator sees of joins.

use super::state::{Inputs, JoinPolicy, Moment, ParkReason, State};

/// Which joins an operator asks a store for.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::{Page, JoinQuery};
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # #[fan_in(payment, inventory)]
/// # async fn ship(payment: Event, inventory: Event) {}
/// # linked_span::fan_in::ready(async {
/// # let ship = Ship::in_memory(Duration::from_secs(600));
/// for join in ship.join().list(JoinQuery::Unsettled(Page::first(100))).await? {
///     println!("{} waits for {} since {} ms", join.key, join.missing, join.age);
/// }
/// # Ok::<(), linked_span::fan_in::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinQuery<'a> {
    /// The one with this key, whatever has become of it.
    Key(&'a str),
    /// Those that have neither completed nor expired.
    Unsettled(Page<'a>),
    /// Those that are parked.
    Parked(Page<'a>),
}

/// One page of joins, in the order of their keys' bytes.
///
/// ```
/// use linked_span::fan_in::{Change, JoinPolicy, JoinQuery, Memory, Operator, Page, Store, StoreError};
///
/// /// Retries all parked joins, a hundred at a time.
/// async fn retry_all(store: &Memory<String>, policy: &JoinPolicy) -> Result<(), StoreError> {
///     let mut last: Option<String> = None;
///     loop {
///         let page = Page::after(last.as_deref(), 100);
///         let parked = store.list(policy, JoinQuery::Parked(page)).await?;
///         for join in &parked {
///             store.apply(&join.key, policy, Change::Retry).await?;
///         }
///         match parked.last() {
///             Some(join) => last = Some(join.key.clone()),
///             None => return Ok(()),
///         }
///     }
/// }
/// ```
///
/// A page shows each join as it was when the store read it. A join that opens or ends between two pages may be on one of them
/// or on neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<'a> {
    /// The last key of the page before; `None` for the first page.
    pub after: Option<&'a str>,
    /// How many joins a page has at most.
    pub limit: usize,
}

impl<'a> Page<'a> {
    /// Returns the first page, of at most `limit` joins.
    ///
    /// ```
    /// # use linked_span::fan_in::Page;
    /// assert_eq!(Page::first(100).after, None);
    /// ```
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }

    /// Returns the page after this key; after `None`, the first page.
    ///
    /// ```
    /// # use linked_span::fan_in::Page;
    /// assert_eq!(Page::after(Some("order-7"), 100).after, Some("order-7"));
    /// ```
    #[must_use]
    pub const fn after(after: Option<&'a str>, limit: usize) -> Self {
        Self { after, limit }
    }
}

/// A join, as an operator sees it.
///
/// ```
/// use linked_span::fan_in::{JoinPolicy, JoinQuery, Memory, Operator, Status, Store, Token, ready};
///
/// let policy = JoinPolicy::new(2);
/// let store = Memory::new();
/// ready(store.arrive("order-1", &policy, 0, "paid", Token::random())).unwrap();
///
/// let found = ready(store.list(&policy, JoinQuery::Key("order-1"))).unwrap();
/// assert_eq!(found[0].status, Status::Open);
/// assert!(found[0].missing.contains(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinSummary<M = Inputs> {
    /// Its key.
    pub key: String,
    /// What has become of it.
    pub status: Status,
    /// For how many milliseconds there has been an input; of a join that has completed or expired, since when it has.
    pub age: Moment,
    /// Which inputs have not come; none of a join that has completed or expired, of which that is no longer known.
    pub missing: M,
    /// How many bodies have been started, since an operator last wanted it tried again; 0 of a join that has completed or
    /// expired.
    pub attempts: u32,
    /// Why a store could not read an input: which input, and the decoder's own words. Only a parked join has one.
    pub detail: Option<String>,
}

impl<M> JoinSummary<M> {
    /// With what is missing in other words.
    pub(in crate::fan_in) fn map<N>(self, missing: impl FnOnce(M) -> N) -> JoinSummary<N> {
        JoinSummary {
            key: self.key,
            status: self.status,
            age: self.age,
            missing: missing(self.missing),
            attempts: self.attempts,
            detail: self.detail,
        }
    }
}

/// What has become of a join: its [`State`], without what is the store's alone.
///
/// ```
/// use linked_span::fan_in::{ParkReason, Status};
///
/// fn needs_an_operator(status: Status) -> bool {
///     matches!(status, Status::Parked(ParkReason::Attempts | ParkReason::Undecodable))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Some inputs have come.
    Open,
    /// All have come, and a body runs, or has died unnoticed.
    Running,
    /// All have come, and a body is to be run.
    Ready,
    /// It cannot get on, and waits for an operator.
    Parked(ParkReason),
    /// Its time is over, and it is to be handed over.
    Expiring,
    /// A body has succeeded.
    Completed,
    /// It was handed over.
    Expired,
}

impl JoinSummary {
    /// What a store answers for a join in this state.
    ///
    /// ```
    /// use linked_span::fan_in::state::State;
    /// use linked_span::fan_in::{JoinSummary, Moment, JoinPolicy};
    ///
    /// /// A row of a store's table.
    /// struct Row { key: String, state: State, since: Moment }
    ///
    /// fn listed(row: Row, now: Moment, rules: &JoinPolicy) -> JoinSummary {
    ///     JoinSummary::new(row.key, &row.state, now.saturating_sub(row.since), rules)
    /// }
    /// ```
    #[must_use]
    pub fn new(key: String, state: &State, age: Moment, rules: &JoinPolicy) -> Self {
        let all = Inputs::all(rules.inputs);
        let (status, came, attempts) = match *state {
            State::Open { came, .. } => (Status::Open, came, 0),
            State::Running { attempts, .. } => (Status::Running, all, attempts),
            State::Ready { attempts, .. } => (Status::Ready, all, attempts),
            State::Parked {
                came,
                attempts,
                reason,
            } => (Status::Parked(reason), came, attempts),
            State::Expiring { came, attempts, .. } => (Status::Expiring, came, attempts),
            State::Completed { .. } => (Status::Completed, all, 0),
            State::Expired { .. } => (Status::Expired, all, 0),
        };
        Self {
            key,
            status,
            age,
            missing: came.missing(rules.inputs),
            attempts,
            detail: None,
        }
    }

    /// Adds why a store could not read an input.
    #[must_use]
    pub fn with_detail(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}
