//! The parts that the database stores share: inputs are text, and a step is one round trip.

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
#[cfg(feature = "redis")]
pub(super) use self::backend::within_call_timeout;
pub(super) use self::backend::{
    Backend, JoinScope, abandon, apply, arrive, declare, due, functions, len, list, store,
};
pub(super) use self::binding::StoreBinding;
pub(super) use self::encoded_claim::{EncodedClaim, EncodedInput};
pub(super) use self::error::BackendError;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) use self::error::with_retry;
pub(super) use self::row::{Row, Stage, inputs_of};
