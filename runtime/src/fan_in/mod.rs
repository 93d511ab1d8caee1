//! Joins: what runs once all its inputs have come.

pub mod state;
