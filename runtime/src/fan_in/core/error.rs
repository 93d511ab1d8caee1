//! Why a store failed.

use thiserror::Error;

/// Tells why a store did not do what it was asked to.
///
/// ```
/// use linked_span::fan_in::StoreError;
///
/// /// Returns `true` if the same call may succeed later.
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
    /// The store holds as many open joins as it may.
    #[error("there are as many open joins as the store may hold")]
    Full,
    /// The input cannot be encoded. Another delivery of it fails as well.
    #[error("the input cannot be encoded")]
    Unencodable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The program or the server has to be changed first: the store keeps joins of another function or of other inputs, or
    /// the server may drop what it keeps.
    #[error("{0}")]
    Misconfigured(String),
    /// The store failed. The call may have had its effect; it can be made again with the same token.
    #[error("the store of joins failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
