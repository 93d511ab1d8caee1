//! A claimed join as bytes.

use std::sync::Arc;

use linked_span::fan_in::{Claim, Due, Input, Timestamp, Token, Work};
use serde::de::DeserializeOwned;

use super::row::Kept;

pub(super) struct Claimed {
    pub(super) key: String,
    pub(super) work: Work,
    pub(super) attempts: u32,
    pub(super) inputs: Vec<Option<Kept>>,
    pub(super) at: Timestamp,
}

impl Claimed {
    /// Decodes all inputs, or returns `None` if one of them cannot be decoded.
    pub(super) fn decode<P: DeserializeOwned>(self, token: Token) -> Option<Due<P>> {
        let kept = (0..).zip(self.inputs);
        let kept = kept.filter_map(|(place, kept)| Some((place, kept?)));
        let input = |(place, kept): (u8, Kept)| {
            Some(Input {
                place,
                payload: Arc::new(postcard::from_bytes(&kept.payload).ok()?),
                waited: self.at.saturating_duration_since(kept.at()),
            })
        };
        let inputs = kept.map(input).collect::<Option<_>>()?;
        Some(Due {
            key: self.key,
            token,
            claim: Claim::new(self.work, self.attempts, inputs),
        })
    }
}
