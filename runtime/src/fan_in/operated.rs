//! An operator's methods on a function's joins.

use super::core::error::StoreError;
use super::core::listing::{JoinQuery, JoinSummary, Page, Status};
use super::core::missing::Missing;
use super::core::operator::Operator;
use super::core::state::ParkReason;
use super::core::store::Store;
use super::join::Join;

/// The minimum page size of these methods' queries.
const PAGE: usize = 100;

impl<P: 'static, S: Operator> Join<P, S> {
    /// Returns the number of joins that have neither completed nor expired.
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
    /// Returns the [`StoreError`] if the store fails.
    #[expect(
        clippy::len_without_is_empty,
        reason = "whether there is none is one question more for each store to answer"
    )]
    pub async fn len(&self) -> Result<usize, StoreError> {
        self.context.store.len().await
    }

    /// Lists the selected joins for an operator.
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
    /// Returns the [`StoreError`] if the store fails.
    pub async fn list(
        &self,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary<Missing>>, StoreError> {
        let listed = self.context.store.list(&self.context.policy, which).await?;
        let named = |listed| self.context.declared.named_summary(listed);
        Ok(listed.into_iter().map(named).collect())
    }

    /// Lists one page of the joins that are parked for this reason.
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
    /// let page = Page::first(100);
    /// for join in ship.join().parked(ParkReason::Undecodable, page).await? {
    ///     println!("{}: {}", join.key, join.detail.unwrap_or_default());
    /// }
    /// # Ok::<(), linked_span::fan_in::StoreError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [`StoreError`] if the store fails.
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
}

impl<P: 'static, S: Store<P> + Operator> Join<P, S> {
    /// Retries every join that is parked for this reason, and returns how many.
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
    /// // The new release can decode the inputs that the old one could not.
    /// let count = ship.join().retry_parked(ParkReason::Undecodable).await?;
    /// # assert_eq!(count, 0);
    /// # Ok::<(), linked_span::fan_in::StoreError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [`StoreError`] if the store fails. Some joins may already be due again.
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
}
