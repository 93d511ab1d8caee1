//! The modules that threads share: the store in memory, and what it uses.

#[path = "../../runtime/src/fan_in/core/mod.rs"]
mod core;
#[path = "../../runtime/src/fan_in/memory/mod.rs"]
mod memory;

pub(crate) use self::core::change::Change;
pub(crate) use self::core::claim::{Due, Work};
pub(crate) use self::core::error::StoreError;
pub(crate) use self::core::operator::Operator;
pub(crate) use self::core::response::Verdict;
pub(crate) use self::core::state::{JoinPolicy, Settlement, Timestamp, Token};
pub(crate) use self::core::store::{Store, ready};
pub(crate) use self::memory::{Memory, NO_LEASE};
