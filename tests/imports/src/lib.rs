//! Which file of the runtime imports which, and the rules that these imports keep.

pub mod drawing;
pub mod graph;
mod resolve;
pub mod rules;
mod scan;
