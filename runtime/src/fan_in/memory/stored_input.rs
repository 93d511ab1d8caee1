//! An input that the store keeps.

use std::any::Any;
use std::sync::Arc;

use crate::fan_in::core::state::Timestamp;

/// An input's value without its type, which only [`Memory`](super::Memory) knows.
///
/// With the type, each function would compile the whole store: a third of a function's code.
pub(super) type Payload = Arc<dyn Any + Send + Sync>;

/// Holds an input that a claim may share.
#[derive(Clone)]
pub(super) struct StoredInput {
    pub(super) payload: Payload,
    pub(super) came_at: Timestamp,
    pub(super) place: u8,
}

impl StoredInput {
    pub(super) fn new(payload: Payload, place: u8, came_at: Timestamp) -> Self {
        Self {
            payload,
            came_at,
            place,
        }
    }
}
