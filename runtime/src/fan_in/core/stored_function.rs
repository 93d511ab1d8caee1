//! The functions whose joins a database keeps.

use std::time::Duration;

/// Shows an operator a function whose joins a database keeps.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")] {
/// use std::time::Duration;
/// use linked_span::fan_in::{Sqlite, StoreError};
///
/// /// Finds open joins that no process declares: their function was moved, renamed or removed.
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
/// No process runs or delivers joins whose name no process declares. Pass that name to `named` on the store of the
/// function that the joins belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFunction {
    /// The name of its joins: the path of the generated type, or the name that the user gave them.
    pub name: String,
    /// The inputs in the order of the declaration, each as `payment: PaymentConfirmed` or `payment`.
    pub inputs: Vec<String>,
    /// The number of its joins that have neither completed nor expired.
    pub unsettled: usize,
    /// The time since a process last declared it. A process that calls its store declares its function once a minute.
    pub declared_ago: Duration,
}

impl StoredFunction {
    /// Parses a database row, which has one input on each line.
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
