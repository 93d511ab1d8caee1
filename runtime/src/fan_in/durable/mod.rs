//! The parts that the database stores share: inputs are text, and a step is one round trip.

mod answer;
mod backend;
mod binding;
mod calls;
mod declaration;
mod encoded_claim;
mod encoding;
mod error;
mod finite;
mod parks;
mod release;
mod releases;
mod row;
mod signature;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) mod sql;
mod store;
pub(super) mod words;

pub(super) use self::answer::Answer;
pub(super) use self::backend::{Backend, JoinScope};
pub(super) use self::binding::StoreBinding;
#[cfg(feature = "redis")]
pub(super) use self::calls::within_call_timeout;
pub(super) use self::calls::{apply, arrive, claim_due, functions, len, list, release};
pub(super) use self::declaration::declare;
pub(super) use self::encoded_claim::{EncodedClaim, EncodedInput};
pub(super) use self::error::BackendError;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) use self::error::with_retry;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) use self::row::bits_of;
pub(super) use self::row::{Row, Stage, inputs_of};
pub(super) use self::store::store;
