//! A model of a store of joins, and random operations on it.

mod model;
mod operations;

pub use model::Model;
pub use operations::{Operation, SETTLEMENTS, operations, rules};
