//! Random operations on a store of joins.

mod operations;

pub use operations::{Operation, SETTLEMENTS, operations, policy};
