//! A claimed join, with its inputs still encoded.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::encoding::decode;
use crate::fan_in::core::claim::{Claim, Due, Input, Work};
use crate::fan_in::core::state::{Arrived, Counts, JoinPolicy, Token};

#[derive(Debug)]
pub(in crate::fan_in) struct EncodedClaim {
    pub(in crate::fan_in) key: String,
    pub(in crate::fan_in) work: Work,
    pub(in crate::fan_in) attempts: u32,
    /// The inputs that have arrived. The elements of a list are in order of arrival.
    pub(in crate::fan_in) inputs: Vec<EncodedInput>,
    /// The counts of the lists that are known.
    pub(in crate::fan_in) counts: Counts,
}

#[derive(Debug)]
pub(in crate::fan_in) struct EncodedInput {
    /// The place of the input in the declaration.
    pub(in crate::fan_in) place: u8,
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
        policy: &JoinPolicy,
        names: &[&str],
    ) -> Result<Due<P>, String> {
        let why = |place: u8, why: &str| {
            let name = names.get(usize::from(place)).copied();
            plain(&format!("{}: {why}", name.unwrap_or("an input")))
        };
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for kept in &self.inputs {
            let place = kept.place;
            inputs.push(Input {
                place,
                payload: Arc::new(decode(&kept.payload).map_err(|error| why(place, &error))?),
                waited: kept.waited,
            });
        }
        let claim = Claim::new(self.work, self.attempts, inputs).with_counts(self.counts);
        let mut places = self.inputs.iter().map(|input| input.place);
        let arrived = Arrived::of(&mut places, self.counts, policy.lists);
        let missing = arrived.came.missing(policy.inputs);
        let lost = missing.without(policy.optional).iter().next();
        match lost.filter(|_| self.work == Work::Run) {
            Some(place) => Err(why(place, "the store has lost it")),
            None => Ok(Due {
                key: self.key.clone(),
                token,
                claim,
            }),
        }
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
