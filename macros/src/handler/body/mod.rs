//! How the body gets the function's parameters, once it is in a closure or an `async` block.
//!
//! Parameters drop in reverse order; a closure drops what it captures in the order in which it mentions it. So the body
//! begins with statements that mention each parameter by value, the last one first. A pattern, and a variable that is
//! assigned, are bound inside, where lints see them as parameters. What follows them is bound there too: variables drop
//! before captures.

mod bindings;
mod carried_attributes;
mod parameters;
mod wrap;

pub(super) use self::bindings::Bindings;
pub(super) use self::carried_attributes::conditions;
pub(super) use self::parameters::{Uses, is_by_value};
pub(super) use self::wrap::Before;
