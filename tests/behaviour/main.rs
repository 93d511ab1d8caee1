//! Real handlers, and what was exported of them.

mod article;
mod outcomes;
