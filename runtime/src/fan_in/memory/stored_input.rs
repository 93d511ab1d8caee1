//! An input that the store keeps.

use std::sync::Arc;

use crate::fan_in::core::state::Timestamp;

/// Holds an input that a claim may share.
pub(super) struct StoredInput<P> {
    pub(super) payload: Arc<P>,
    pub(super) came_at: Timestamp,
    pub(super) place: u8,
}

impl<P> StoredInput<P> {
    pub(super) fn new(payload: P, place: u8, came_at: Timestamp) -> Self {
        Self {
            payload: Arc::new(payload),
            came_at,
            place,
        }
    }
}
