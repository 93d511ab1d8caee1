//! The parts of a report on a benchmark: the machine, and tables.

mod machine;
mod table;

pub use machine::describe;
pub use table::{Table, compared, number, ratio};

/// Returns the lower quartile: other work of the machine can only add to a figure.
///
/// # Panics
///
/// If there are no figures.
#[must_use]
pub fn quick(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 4]
}
