//! The function whose joins are in a memory.

use std::sync::OnceLock;

use crate::fan_in::core::error::StoreError;
use crate::fan_in::core::identity::FanInIdentity;

/// Nothing in a memory tells the joins of two functions apart, and their inputs can be of the same types.
#[derive(Debug, Default)]
pub(super) struct Served {
    function: OnceLock<FanInIdentity>,
    /// The path of the second function that was declared, if there was one.
    other: OnceLock<&'static str>,
}

impl Served {
    pub(super) fn declare(&self, identity: FanInIdentity) {
        if *self.function.get_or_init(|| identity) != identity {
            self.other.get_or_init(|| identity.path);
        }
    }

    /// Refuses to serve two functions.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match (self.function.get(), self.other.get()) {
            (Some(function), Some(other)) => Err(StoreError::Misconfigured(format!(
                "one store cannot serve both `{}` and `{other}`: give each a store of its own",
                function.path
            ))),
            _ => Ok(()),
        }
    }
}
