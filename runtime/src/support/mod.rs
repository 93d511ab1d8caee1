//! What every part of the runtime uses, and that knows none of them.

pub(crate) mod ambient;
pub(crate) mod clock;
pub(crate) mod generation;
pub(crate) mod shield;
pub(crate) mod sync;
pub(crate) mod text;
