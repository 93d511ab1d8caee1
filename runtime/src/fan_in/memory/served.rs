//! The function whose joins a memory keeps.

use std::sync::OnceLock;

use crate::fan_in::core::error::StoreError;
use crate::fan_in::core::identity::FanInIdentity;

/// Detects a second function, because a memory cannot distinguish the joins of two functions.
///
/// Their inputs can have the same types.
#[derive(Debug, Default)]
pub(super) struct Served {
    function: OnceLock<FanInIdentity>,
    /// The path of the second function that was declared, if any.
    other: OnceLock<&'static str>,
}

impl Served {
    pub(super) fn declare(&self, identity: FanInIdentity) {
        if *self.function.get_or_init(|| identity) != identity {
            self.other.get_or_init(|| identity.path);
        }
    }

    /// Returns an error if two functions were declared.
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
