//! What the stores beyond this process have in common: an input is text there, and a step is a round trip.

mod answer;
mod claimed;
mod database;
mod declaration;
mod encoding;
mod failure;
mod finite;
mod release;
mod row;
mod signature;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) mod sql;
pub(super) mod words;

pub(super) use self::answer::Answer;
pub(super) use self::claimed::{Claimed, Kept};
#[cfg(feature = "redis")]
pub(super) use self::database::within_call_timeout;
pub(super) use self::database::{
    Database, Function, abandon, arrive, declare, due, functions, len, list, store, tell,
};
pub(super) use self::declaration::Declaration;
pub(super) use self::failure::Failure;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) use self::failure::again;
pub(super) use self::row::{Row, Stage, inputs_of};
