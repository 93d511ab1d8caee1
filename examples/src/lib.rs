//! Helpers of the examples: an SDK that keeps the exported spans, and a tree of them.

mod drawn;
mod telemetry;
mod tree;

use std::error::Error;

pub use drawn::drawn;
pub use telemetry::Telemetry;
pub use tree::Tree;

/// An error of an example.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Compiles and runs the README's code with the doctests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
