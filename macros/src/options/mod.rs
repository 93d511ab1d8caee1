//! The grammar of `#[linked_span(…)]` and `#[fan_in(…)]`: parameters, then options.
//!
//! To add an option, add a field in `model.rs` and a row in the table of its group. The tables are in
//! `span_options.rs`, `fan_in_options.rs`, `parameter_options.rs`, or a new file that `table.rs` lists. The row parses
//! the option, and errors list its name. The expansion belongs in `handler/` or `fan_in/`.

mod adapters;
mod attribute_list;
mod fan_in_options;
mod items;
mod literal;
mod message;
mod message_options;
mod model;
mod moved_words;
mod parameter_options;
mod parse;
mod row;
mod send;
mod send_options;
mod span_options;
mod table;
mod tracing_options;
mod value;

pub(crate) use self::items::{each_item, set_once};
pub(crate) use self::literal::{integer_literal, text_literal};
pub(crate) use self::message::{Adapter, MessageOptions};
pub(crate) use self::model::{AttributeEntry, Level, Options, ParameterOptions, plain_value};
pub(crate) use self::parse::parse;
pub(crate) use self::table::option_names;
pub(crate) use self::value::crate_path;
