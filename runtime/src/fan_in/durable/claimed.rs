//! A join that somebody holds, as it is kept.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::encoding::decode;
use crate::fan_in::state::{Moment, Token};
use crate::fan_in::store::{Claim, Due, Input, Work};

#[derive(Debug)]
pub(in crate::fan_in) struct Claimed {
    pub(in crate::fan_in) key: String,
    pub(in crate::fan_in) work: Work,
    pub(in crate::fan_in) attempts: u32,
    /// By their place in the declaration.
    pub(in crate::fan_in) inputs: Vec<Option<Kept>>,
}

#[derive(Debug)]
pub(in crate::fan_in) struct Kept {
    pub(in crate::fan_in) payload: String,
    pub(in crate::fan_in) waited: Moment,
}

impl Claimed {
    /// With the inputs that it was made of, if each can be read.
    pub(super) fn decode<P: DeserializeOwned>(&self, token: Token) -> Option<Due<P>> {
        let input = |kept: &Option<Kept>| match kept {
            None => Some(None),
            Some(kept) => {
                let payload = Arc::new(decode(&kept.payload)?);
                let waited = kept.waited;
                Some(Some(Input { payload, waited }))
            }
        };
        Some(Due {
            key: self.key.clone(),
            token,
            claim: Claim {
                work: self.work,
                attempts: self.attempts,
                inputs: self.inputs.iter().map(input).collect::<Option<_>>()?,
            },
        })
    }
}
