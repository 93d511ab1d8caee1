//! A flow: the traces that span links connect, as a picture and as a tree in a terminal.
//!
//! The examples, the README's picture and the tool `flow` use it. It depends on no OpenTelemetry crate: each of them
//! converts its spans to [`Span`].

#![allow(
    clippy::format_push_string,
    reason = "a picture has few parts, and `write!` to a string hides an error"
)]

mod alike;
mod columns;
mod escape;
mod focus;
mod fold;
mod forest;
mod graph;
mod id;
mod layout;
mod place;
mod span;
mod svg;
mod text;
mod time;
mod tree;

pub use escape::Escaped;
pub use focus::{Hidden, View, view};
pub use graph::{Graph, Node, SpanLink};
pub use id::{SpanId, TraceId};
pub use span::{Attribute, Event, Kind, Link, Outcome, Span, Status};
pub use svg::{Hrefs, Picture, STYLE};
pub use text::{Printable, shortened};
pub use time::{Between, Took};
pub use tree::Tree;
