//! Errors of a store.

use thiserror::Error;

use super::lists::ListLimit;

/// Describes why a store did not execute a call.
///
/// ```
/// use linked_span::fan_in::StoreError;
///
/// /// Returns `true` if the same call may succeed later.
/// fn is_worth_another_try(error: &StoreError) -> bool {
///     match error {
///         StoreError::Full | StoreError::Failed(_) => true,
///         StoreError::Unencodable(_) | StoreError::OverLimit(_) => false, // the event must change
///         StoreError::Misconfigured(_) => false, // the program or the server must change
///         _ => false,
///     }
/// }
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store holds its maximum number of open joins.
    #[error("there are as many open joins as the store may hold")]
    Full,
    /// The input cannot be encoded. Another delivery of it also fails.
    #[error("the input cannot be encoded")]
    Unencodable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The input exceeds a limit of its list. Another delivery of it also fails.
    #[error(transparent)]
    OverLimit(ListLimit),
    /// The program or the server must change first.
    ///
    /// The store keeps joins of another function or of other inputs, or the server may drop what it keeps.
    #[error("{0}")]
    Misconfigured(String),
    /// The store failed. The call may have had its effect. The caller may repeat it with the same token.
    #[error("the store of joins failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
