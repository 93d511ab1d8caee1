//! The imports between the runtime's files, and the rules that they keep.

pub mod drawing;
pub mod graph;
mod resolve;
pub mod rules;
mod scan;
