//! Which function a store serves.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fan_in::store::StoreError;

/// A store serves one function: under the name of its joins' type, unless it was given another.
#[derive(Debug, Default)]
pub(in crate::fan_in) struct Declaration {
    name: Option<String>,
    declared: OnceLock<Declared>,
    /// The second function that was declared, if there was one.
    other: OnceLock<&'static str>,
    /// Whether what is kept under the name is known to have these inputs.
    is_checked: AtomicBool,
}

#[derive(Debug)]
struct Declared {
    join: &'static str,
    inputs: &'static [&'static str],
}

impl Declaration {
    pub(in crate::fan_in) fn named(name: String) -> Self {
        Self {
            name: Some(name),
            ..Self::default()
        }
    }

    pub(super) fn declare(&self, join: &'static str, inputs: &'static [&'static str]) {
        let declared = self.declared.get_or_init(|| Declared { join, inputs });
        if (declared.join, declared.inputs) != (join, inputs) {
            self.other.get_or_init(|| join);
        }
    }

    /// The name under which its joins are kept. `kept` is asked once what inputs those have, and writes down these if there
    /// are none yet.
    pub(super) async fn check(
        &self,
        kept: impl AsyncFnOnce(&str, &str) -> Result<String, StoreError>,
    ) -> Result<&str, StoreError> {
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
        if !self.is_checked.load(Ordering::Relaxed) {
            let inputs = declared.inputs.join(", ");
            let kept = kept(name, &inputs).await?;
            if kept != inputs {
                return Err(StoreError::Misconfigured(format!(
                    "the joins that are kept as `{name}` are of the inputs {kept}, and not of {inputs}: keep these under \
                     another name"
                )));
            }
            self.is_checked.store(true, Ordering::Relaxed);
        }
        Ok(name)
    }
}
