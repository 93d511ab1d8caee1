//! Metrics.

mod handler;
mod instruments;
pub(crate) mod joins;
pub(crate) mod labels;
mod meter;

pub(crate) use self::handler::Timer;
pub use self::handler::set_process_duration;
