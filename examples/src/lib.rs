//! What the examples share: an SDK that keeps what it exports, and a picture of it.

mod drawn;
mod telemetry;
mod tree;

use std::error::Error;

pub use drawn::drawn;
pub use telemetry::Telemetry;
pub use tree::Tree;

/// Why an example has failed.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The README's code, compiled and run with the doctests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
