//! What the stores beyond this process have in common: an input is text there, and a step is a round trip.

mod answer;
mod backend;
mod binding;
mod encoded_claim;
mod encoding;
mod error;
mod finite;
mod release;
mod row;
mod signature;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) mod sql;
pub(super) mod words;

pub(super) use self::answer::Answer;
pub(super) use self::encoded_claim::{Claimed, Kept};
#[cfg(feature = "redis")]
pub(super) use self::backend::within_call_timeout;
pub(super) use self::backend::{
    Database, Function, abandon, arrive, declare, due, functions, len, list, store, tell,
};
pub(super) use self::binding::Declaration;
pub(super) use self::error::Failure;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) use self::error::again;
pub(super) use self::row::{Row, Stage, inputs_of};
