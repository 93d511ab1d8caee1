//! Which function a store serves, and how long a call of it may take.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::fan_in::store::StoreError;

/// How long a call of a store may take, its retries included, unless the user says otherwise.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Binds a store to one function: under the name of its joins' type, unless the user gave it another.
#[derive(Debug)]
pub(in crate::fan_in) struct Declaration {
    name: Option<String>,
    call_timeout: Duration,
    declared: OnceLock<Declared>,
    /// The second function that was declared, if there was one.
    other: OnceLock<&'static str>,
    /// Whether the database is known to keep joins of these inputs under the name.
    is_checked: AtomicBool,
}

#[derive(Debug)]
struct Declared {
    join: &'static str,
    inputs: &'static [&'static str],
    /// The inputs as the database keeps them.
    text: String,
}

impl Default for Declaration {
    fn default() -> Self {
        Self::new(None, CALL_TIMEOUT)
    }
}

impl Declaration {
    fn new(name: Option<String>, call_timeout: Duration) -> Self {
        Self {
            name,
            call_timeout,
            declared: OnceLock::new(),
            other: OnceLock::new(),
            is_checked: AtomicBool::new(false),
        }
    }

    /// Returns the same binding under another name.
    pub(in crate::fan_in) fn with_name(&self, name: String) -> Self {
        Self::new(Some(name), self.call_timeout)
    }

    /// Returns the same binding, with another bound of a call's time.
    pub(in crate::fan_in) fn with_call_timeout(&self, call_timeout: Duration) -> Self {
        Self::new(self.name.clone(), call_timeout)
    }

    /// Returns how long a call of the store may take, its retries included.
    pub(in crate::fan_in) fn call_timeout(&self) -> Duration {
        self.call_timeout
    }

    pub(super) fn declare(&self, join: &'static str, inputs: &'static [&'static str]) {
        let declared = self.declared.get_or_init(|| Declared {
            join,
            inputs,
            text: inputs.join(", "),
        });
        if (declared.join, declared.inputs) != (join, inputs) {
            self.other.get_or_init(|| join);
        }
    }

    /// Returns the name and the inputs under which the database keeps the joins.
    ///
    /// Asks `kept` at the first call, and after [`forget`](Self::forget), which inputs the database has under that name.
    /// `kept` writes these if there are none.
    pub(super) async fn check(
        &self,
        kept: impl AsyncFnOnce(&str, &str) -> Result<String, StoreError>,
    ) -> Result<(&str, &str), StoreError> {
        let Some(declared) = self.declared.get() else {
            let untold = "the store has not been told which function it serves";
            return Err(StoreError::Misconfigured(untold.to_owned()));
        };
        if let Some(other) = self.other.get() {
            let join = declared.join;
            return Err(StoreError::Misconfigured(format!(
                "one store cannot serve both `{join}` and `{other}`: give each a store of its own"
            )));
        }
        let name = self.name.as_deref().unwrap_or(declared.join);
        let inputs = declared.text.as_str();
        if !self.is_checked.load(Ordering::Relaxed) {
            let kept = kept(name, inputs).await?;
            if kept != inputs {
                return Err(StoreError::Misconfigured(format!(
                    "the joins that are kept as `{name}` are of the inputs {kept}, and not of {inputs}: keep these under \
                     another name"
                )));
            }
            self.is_checked.store(true, Ordering::Relaxed);
        }
        Ok((name, inputs))
    }

    /// Has the next call check again: the database has lost what it was told.
    pub(super) fn forget(&self) {
        self.is_checked.store(false, Ordering::Relaxed);
    }
}
