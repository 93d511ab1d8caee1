//! The stored form of an input: JSON with a version.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::finite::Finite;
use crate::fan_in::core::error::StoreError;

const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
struct Versioned<T> {
    version: u32,
    input: T,
}

/// Encodes an input. Rejects one that cannot be decoded again, while the caller still has it.
pub(super) fn encode<P: Serialize + DeserializeOwned>(input: &P) -> Result<String, StoreError> {
    let version = VERSION;
    let encoded = serde_json::to_string(&Versioned { version, input });
    let encoded = encoded.map_err(|error| StoreError::Unencodable(error.into()))?;
    // `serde_json` writes NaN as `null`, which an `Option` reads as `None`: the decoding below would succeed.
    let checked = input.serialize(Finite::default());
    checked.map_err(|error| StoreError::Unencodable(error.into()))?;
    match decode::<P>(&encoded) {
        Ok(_) => Ok(encoded),
        Err(why) => {
            let why = format!("the encoded input cannot be decoded again: {why}");
            Err(StoreError::Unencodable(why.into()))
        }
    }
}

/// Decodes an input. Fails for malformed JSON, and for the version of a later release.
pub(super) fn decode<P: DeserializeOwned>(kept: &str) -> Result<P, String> {
    let version_is_another = |version| {
        format!("it was written as version {version}, and this release reads version {VERSION}")
    };
    match serde_json::from_str(kept) {
        Ok(Versioned { version, input }) if version == VERSION => Ok(input),
        Ok(Versioned { version, .. }) => Err(version_is_another(version)),
        Err(error) => match serde_json::from_str::<Versioned<IgnoredAny>>(kept) {
            Ok(Versioned { version, .. }) if version != VERSION => Err(version_is_another(version)),
            _ => Err(error.to_string()),
        },
    }
}
