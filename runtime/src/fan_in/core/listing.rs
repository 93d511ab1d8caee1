//! Queries and results of an operator's listing.

use std::time::Duration;

use super::lists::Tallies;
use super::state::{Inputs, JoinPolicy, ParkReason, State};

/// Selects the joins that an operator asks a store for.
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
///     println!("{} waits for {} since {:?}", join.key, join.missing, join.age);
/// }
/// # Ok::<(), linked_span::fan_in::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinQuery<'a> {
    /// The join with this key, in any state.
    Key(&'a str),
    /// The joins that have neither completed nor expired.
    Unsettled(Page<'a>),
    /// The joins that are parked.
    Parked(Page<'a>),
}

/// Selects one page of joins, in the order of their keys' bytes.
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
    /// The last key of the previous page; `None` for the first page.
    pub after: Option<&'a str>,
    /// The maximum number of joins on a page.
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

    /// Returns the page after this key, or the first page after `None`.
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

/// Summarizes a join for an operator.
///
/// ```
/// use linked_span::fan_in::{JoinPolicy, JoinQuery, Memory, Operator, Status, Store, Token, ready};
///
/// let policy = JoinPolicy::new(2);
/// let store = Memory::new();
/// ready(store.arrive("order-1", &policy, 0.into(), "paid", Token::random())).unwrap();
///
/// let found = ready(store.list(&policy, JoinQuery::Key("order-1"))).unwrap();
/// assert_eq!(found[0].status, Status::Open);
/// assert!(found[0].missing.contains(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinSummary<M = Inputs> {
    /// The key of the join.
    pub key: String,
    /// The status of the join.
    pub status: Status,
    /// The time since the first arrival; of a completed or expired join, the time since it ended.
    pub age: Duration,
    /// The missing inputs; empty if the join has completed or expired, because the store keeps no inputs then.
    pub missing: M,
    /// The lists; empty if the join has completed or expired.
    pub lists: Vec<ListSummary>,
    /// The number of attempts since an operator's last retry; 0 if the join has completed or expired.
    pub attempts: u32,
    /// The input that the store could not decode, with the decoder's message. Only a parked join has one.
    pub detail: Option<String>,
}

impl<M> JoinSummary<M> {
    /// Converts the missing inputs to another type.
    pub(in crate::fan_in) fn map<N>(self, missing: impl FnOnce(M) -> N) -> JoinSummary<N> {
        JoinSummary {
            key: self.key,
            status: self.status,
            age: self.age,
            missing: missing(self.missing),
            lists: self.lists,
            attempts: self.attempts,
            detail: self.detail,
        }
    }
}

/// Summarizes a list of a join for an operator.
///
/// ```
/// use linked_span::fan_in::ListSummary;
///
/// /// Explains why a list is not full.
/// fn explain(list: &ListSummary) -> String {
///     match list.count {
///         None => format!("{} distinct, and the count is unknown", list.distinct),
///         // Five deliveries with four identities: a producer uses one identity twice, or sends one element again.
///         Some(count) => format!("{} of {count}, and {} came again", list.distinct, list.repeated),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListSummary {
    /// The place of the list in the declaration.
    pub place: u8,
    /// The name of the list. A store leaves it empty, and [`Join::list`](crate::fan_in::Join::list) fills it in.
    pub name: &'static str,
    /// The number of elements with distinct identities.
    pub distinct: u16,
    /// The number of arrivals whose identity the list had already.
    pub repeated: u32,
    /// The number of elements that completes the list, if it is known.
    pub count: Option<u16>,
}

impl ListSummary {
    /// Summarizes the list at this place.
    ///
    /// ```
    /// # use linked_span::fan_in::ListSummary;
    /// let packed = ListSummary::new(1, 4, 1, Some(5));
    /// assert_eq!(packed.distinct, 4);
    /// ```
    #[must_use]
    pub const fn new(place: u8, distinct: u16, repeated: u32, count: Option<u16>) -> Self {
        Self {
            place,
            name: "",
            distinct,
            repeated,
            count,
        }
    }
}

/// Returns the tallies of a join's lists.
pub(in crate::fan_in) fn tallies(lists: impl IntoIterator<Item = ListSummary>) -> Tallies {
    lists.into_iter().fold(Tallies::default(), |tallies, list| {
        let tallies = tallies.with(list.place, list.distinct);
        match list.count {
            Some(count) => tallies.with_count(list.place, count),
            None => tallies,
        }
    })
}

/// Shows an operator the [`State`] of a join, without its times and tokens.
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
    /// Some inputs have arrived.
    Open,
    /// All inputs have arrived. A worker runs the body, or has died since.
    Running,
    /// All inputs have arrived, and the body is due to run.
    Ready,
    /// The join cannot progress, and waits for an operator.
    Parked(ParkReason),
    /// The deadline has passed, and the join is due to be delivered.
    Expiring,
    /// A body has succeeded.
    Completed,
    /// A worker has delivered the join to `on_expired`.
    Expired,
}

impl JoinSummary {
    /// Summarizes a join in this state.
    ///
    /// ```
    /// use linked_span::fan_in::state::State;
    /// use linked_span::fan_in::{JoinPolicy, JoinSummary, Timestamp};
    ///
    /// /// Holds a row of a store's table.
    /// struct Row { key: String, state: State, since: Timestamp }
    ///
    /// fn listed(row: Row, now: Timestamp, policy: &JoinPolicy) -> JoinSummary {
    ///     JoinSummary::new(row.key, &row.state, now.saturating_duration_since(row.since), policy)
    /// }
    /// ```
    #[must_use]
    pub fn new(key: String, state: &State, age: Duration, policy: &JoinPolicy) -> Self {
        let all = Inputs::all(policy.inputs);
        let (status, came, attempts) = match *state {
            State::Open { came, .. } => (Status::Open, came, 0),
            State::Running { came, attempts, .. } => (Status::Running, came, attempts),
            State::Ready { came, attempts, .. } => (Status::Ready, came, attempts),
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
            missing: came.missing(policy.inputs),
            lists: Vec::new(),
            attempts,
            detail: None,
        }
    }

    /// Adds the lists, by their place in the declaration.
    #[must_use]
    pub fn with_lists(self, lists: Vec<ListSummary>) -> Self {
        Self { lists, ..self }
    }

    /// Adds the reason why the store could not decode an input.
    #[must_use]
    pub fn with_detail(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}
