//! Moves the parameters into the body's closure or `async` block.
//!
//! Parameters drop in reverse order, but a closure drops its captures in the order in which it mentions them. The body
//! therefore begins with statements that mention each by-value parameter, the last one first. Patterns and assigned
//! variables are bound inside, where lints treat them as parameters. Later parameters are then bound inside too,
//! because variables drop before captures.

mod bindings;
mod carried_attributes;
mod parameters;
mod wrap;

pub(super) use self::bindings::Bindings;
pub(super) use self::carried_attributes::conditions;
pub(super) use self::parameters::{Uses, is_by_value};
pub(super) use self::wrap::Before;
