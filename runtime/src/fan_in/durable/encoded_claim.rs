//! A claimed join, with its inputs still encoded.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::encoding::decode;
use crate::fan_in::core::claim::{Claim, Due, Input, Work};
use crate::fan_in::core::state::Token;

#[derive(Debug)]
pub(in crate::fan_in) struct EncodedClaim {
    pub(in crate::fan_in) key: String,
    pub(in crate::fan_in) work: Work,
    pub(in crate::fan_in) attempts: u32,
    /// Indexed by the inputs' places in the declaration.
    pub(in crate::fan_in) inputs: Vec<Option<EncodedInput>>,
}

#[derive(Debug)]
pub(in crate::fan_in) struct EncodedInput {
    pub(in crate::fan_in) payload: String,
    pub(in crate::fan_in) waited: Duration,
}

/// The largest detail in bytes. A decoder's error can repeat the whole input.
const MAX_DETAIL: usize = 1_000;

impl EncodedClaim {
    /// Decodes the inputs. The error names the unreadable input and the cause, for an operator.
    pub(super) fn decode<P: DeserializeOwned>(
        &self,
        token: Token,
        names: &[&str],
    ) -> Result<Due<P>, String> {
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for (place, kept) in self.inputs.iter().enumerate() {
            let why = |why: &str| {
                let name = names.get(place).copied().unwrap_or("an input");
                plain(&format!("{name}: {why}"))
            };
            inputs.push(match kept {
                Some(kept) => Some(Input {
                    payload: Arc::new(decode(&kept.payload).map_err(|error| why(&error))?),
                    waited: kept.waited,
                }),
                None if self.work == Work::Run => return Err(why("the store has lost it")),
                None => None,
            });
        }
        Ok(Due {
            key: self.key.clone(),
            token,
            claim: Claim {
                work: self.work,
                attempts: self.attempts,
                inputs,
            },
        })
    }
}

/// Escapes characters outside ASCII, which some database encodings cannot store.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars() {
        if plain.len() >= MAX_DETAIL {
            plain.push_str(" ...");
            break;
        }
        if character == ' ' || character.is_ascii_graphic() {
            plain.push(character);
        } else {
            plain.extend(character.escape_default());
        }
    }
    plain
}
