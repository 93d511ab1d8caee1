//! The annotated function.

mod grouping;
mod item;
mod mention;
mod opaque;
mod parse;
mod pattern;
mod return_type;

pub(crate) use self::grouping::{is_reference, ungrouped_expr, ungrouped_type};
pub(crate) use self::item::Function;
pub(crate) use self::mention::{Mention, is_assigned, mention, uses_variable};
pub(crate) use self::opaque::each_opaque;
pub(crate) use self::parse::{NOT_IN_AN_IMPL, parse};
pub(crate) use self::pattern::{Variable, contains_macro, plain_name, take_mutability, variables};
pub(crate) use self::return_type::{
    Shape, is_fully_written, is_never, is_nothing, is_stream, is_unknown, may_be_a_future, result,
    returned, without_opaque_types,
};
