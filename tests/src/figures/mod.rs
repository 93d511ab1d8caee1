//! What benches write down: where they were run, and tables.

mod machine;
mod table;

pub use machine::describe;
pub use table::{Table, compared, number, ratio};

/// What a quarter of the figures are below: what else the machine does only ever adds to a figure.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn quick(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 4]
}
