//! Helpers for all parts of the runtime. They import none of the other parts.

pub(crate) mod ambient;
pub(crate) mod clock;
pub(crate) mod generation;
pub(crate) mod shield;
pub(crate) mod sync;
pub(crate) mod text;
pub(crate) mod timer;
