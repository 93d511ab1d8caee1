//! The annotated function, as far as its signature and its tokens say.

mod grouping;
mod item;
mod mention;
mod parse;
mod pattern;
mod return_type;

pub(crate) use self::grouping::{is_reference, ungrouped_expr, ungrouped_type};
pub(crate) use self::item::Function;
pub(crate) use self::mention::{Mention, is_assigned, mention, names_the_variable};
pub(crate) use self::parse::{NOT_IN_AN_IMPL, parse};
pub(crate) use self::pattern::{Variable, has_a_macro, plain_name, take_mutability, variables};
pub(crate) use self::return_type::{
    Shape, is_never, is_nothing, is_stream, is_unknown, is_written_out, may_be_a_future, result,
    returned, written,
};
