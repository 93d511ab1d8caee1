//! Tables of figures.

use std::fmt;

/// Rows of figures under a title.
#[derive(Debug)]
pub struct Table {
    title: &'static str,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table; the first column has the rows' names.
    #[must_use]
    pub fn new<'a>(title: &'static str, head: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            title,
            head: head.into_iter().map(str::to_owned).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, name: &str, figures: impl IntoIterator<Item = String>) {
        let row = [name.to_owned()].into_iter().chain(figures);
        self.rows.push(row.collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "\n## {}\n", self.title)?;
        writeln!(formatter, "| {} |", self.head.join(" | "))?;
        let columns = self.head.len().saturating_sub(1);
        writeln!(formatter, "| --- |{}", " ---: |".repeat(columns))?;
        for row in &self.rows {
            writeln!(formatter, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Formats a figure with its ratio to another in brackets.
///
/// It leaves the ratio out for the figure itself, and for a base near zero.
#[must_use]
pub fn compared(figure: Option<f64>, to: Option<f64>) -> String {
    let Some(figure) = figure else {
        return "–".to_owned();
    };
    let telling = |ratio: &f64| ratio.is_finite() && *ratio > 0.005 && (ratio - 1.0).abs() > 1e-9;
    match to.map(|to| figure / to).filter(telling) {
        Some(to_other) => format!("{} ({})", number(figure), ratio(to_other)),
        None => number(figure),
    }
}

/// Formats a ratio with two decimals.
#[must_use]
pub fn ratio(ratio: f64) -> String {
    format!("{ratio:.2}")
}

/// Formats a number with a comma at the thousands, and with one decimal if it is small.
#[must_use]
pub fn number(number: f64) -> String {
    if number < 10.0 && number.fract() > 0.05 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
