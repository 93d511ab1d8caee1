//! What is kept of an input: JSON, with a version.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::fan_in::store::StoreError;

const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
struct Versioned<T> {
    version: u32,
    input: T,
}

pub(super) fn encode<P: Serialize>(input: &P) -> Result<String, StoreError> {
    let version = VERSION;
    serde_json::to_string(&Versioned { version, input })
        .map_err(|error| StoreError::Unencodable(error.into()))
}

/// `None` for what is no such input, or is written as a later version of this crate writes it.
pub(super) fn decode<P: DeserializeOwned>(kept: &str) -> Option<P> {
    let Versioned { version, input } = serde_json::from_str(kept).ok()?;
    (version == VERSION).then_some(input)
}
