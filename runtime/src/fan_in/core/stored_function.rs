//! The functions whose joins a database keeps.

use std::time::Duration;

/// A function whose joins a database keeps, for an operator.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")] {
/// use std::time::Duration;
/// use linked_span::fan_in::{Sqlite, StoreError};
///
/// /// Finds open joins that no process looks after: their function was moved, renamed or removed.
/// async fn report(store: &Sqlite) -> Result<(), StoreError> {
///     for function in store.functions().await? {
///         if function.unsettled > 0 && function.declared_ago > Duration::from_secs(3_600) {
///             println!("{} joins of `{}` are abandoned", function.unsettled, function.name);
///         }
///     }
///     Ok(())
/// }
/// # }
/// ```
///
/// Joins under a name that no process declares are neither run nor handed over. Give their name to the function that they
/// belong to, with the store's `named`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFunction {
    /// The name of its joins: the path of their type, or the name that the user gave them.
    pub name: String,
    /// Its inputs in the order of the declaration, each as `payment: PaymentConfirmed` or `payment`.
    pub inputs: Vec<String>,
    /// How many of its joins have neither completed nor expired.
    pub unsettled: usize,
    /// How long ago a process last declared it. A process that calls its store declares its function once a minute.
    pub declared_ago: Duration,
}

impl StoredFunction {
    /// Makes one of what a database keeps: its inputs are one a line.
    pub(in crate::fan_in) fn new(
        name: String,
        inputs: &str,
        unsettled: usize,
        declared_ago: Duration,
    ) -> Self {
        Self {
            name,
            inputs: inputs.lines().map(str::to_owned).collect(),
            unsettled,
            declared_ago,
        }
    }
}
