//! What threads share of joins: the store in memory, and what it stands on.

#[path = "../../runtime/src/fan_in/core/mod.rs"]
mod core;
#[path = "../../runtime/src/fan_in/memory/mod.rs"]
mod memory;

pub(crate) use self::core::state::{JoinPolicy, Settlement, Token};
pub(crate) use self::core::store::{Due, Store, StoreError, Verdict, Work, ready};
pub(crate) use self::memory::{Memory, NO_LEASE};
