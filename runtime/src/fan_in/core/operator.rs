//! An operator's view of a store.

use super::error::StoreError;
use super::listing::{JoinQuery, JoinSummary};
use super::state::JoinPolicy;

/// Shows an operator the joins of a store, and changes nothing.
///
/// ```
/// use linked_span::fan_in::{JoinPolicy, JoinQuery, Operator, Page, StoreError};
///
/// async fn report(store: &impl Operator, policy: &JoinPolicy) -> Result<(), StoreError> {
///     println!("{} joins are open", store.len().await?);
///     for join in store.list(policy, JoinQuery::Parked(Page::first(100))).await? {
///         println!("{} waits for an operator", join.key);
///     }
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` shows no joins to an operator",
    note = "implement `linked_span::fan_in::Operator` for the store, which lists its joins"
)]
#[expect(
    clippy::len_without_is_empty,
    reason = "whether there is none is one question more for each store to answer"
)]
pub trait Operator: Send + Sync {
    /// Returns the number of joins that have neither completed nor expired.
    ///
    /// ```
    /// # use linked_span::fan_in::{Memory, Operator, StoreError, ready};
    /// let store = Memory::<String>::new();
    /// assert_eq!(ready(store.len())?, 0);
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] and [`StoreError::Misconfigured`].
    fn len(&self) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Returns the joins that the query asks for.
    ///
    /// ```
    /// # use linked_span::fan_in::{JoinPolicy, JoinQuery, Operator, Page, StoreError};
    /// # async fn example(store: &impl Operator, policy: &JoinPolicy) -> Result<(), StoreError> {
    /// for join in store.list(policy, JoinQuery::Unsettled(Page::first(100))).await? {
    ///     println!("{} has {} inputs to come", join.key, join.missing.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] and [`StoreError::Misconfigured`].
    fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> impl Future<Output = Result<Vec<JoinSummary>, StoreError>> + Send;
}
