//! Durations as text.

use std::fmt;

const UNITS: [(u64, &str); 7] = [
    (86_400_000_000_000, "d"),
    (3_600_000_000_000, "h"),
    (60_000_000_000, "min"),
    (1_000_000_000, "s"),
    (1_000_000, "ms"),
    (1_000, "µs"),
    (1, "ns"),
];

/// Displays how long something took, from nanoseconds: `7.6 ms`, `17 d`.
#[derive(Clone, Copy, Debug)]
pub struct Took(pub u64);

impl fmt::Display for Took {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = UNITS.iter().find(|(unit, _)| self.0 >= *unit);
        let Some((unit, name)) = largest else {
            return out.write_str("0 s");
        };
        let whole = self.0 / unit;
        let tenth = self.0 % unit * 10 / unit;
        if whole < 10 && tenth > 0 && *unit > 1 {
            write!(out, "{whole}.{tenth} {name}")
        } else {
            write!(out, "{whole} {name}")
        }
    }
}

/// Displays the time from a producer's end to its handler's start, or the shortest and the longest of several.
///
/// A handler may start while its producer waits for an acknowledgement. The time is then from the producer's start. A
/// handler that starts before that has another clock, and its time is negative.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Between {
    shortest: i128,
    longest: i128,
    skewed: bool,
}

impl Between {
    /// Returns the time between a producer, from its start to its end, and the start of a handler.
    #[must_use]
    pub fn of((produced, sent): (u64, u64), handled: u64) -> Self {
        let skewed = handled < produced;
        let from = if handled < sent.max(produced) {
            produced
        } else {
            sent
        };
        let between = i128::from(handled) - i128::from(from);
        Self {
            shortest: between,
            longest: between,
            skewed,
        }
    }

    /// Returns the range of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            shortest: self.shortest.min(other.shortest),
            longest: self.longest.max(other.longest),
            skewed: self.skewed || other.skewed,
        }
    }

    /// Returns `true` if a handler started before its producer, so that their clocks differ.
    #[must_use]
    pub fn is_skewed(self) -> bool {
        self.skewed
    }
}

impl fmt::Display for Between {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shortest, longest) = (signed(self.shortest), signed(self.longest));
        out.write_str(&shortest)?;
        if shortest != longest {
            write!(out, " to {longest}")?;
        }
        if self.skewed {
            out.write_str(": clocks differ")?;
        }
        Ok(())
    }
}

fn signed(time: i128) -> String {
    let sign = if time < 0 { "−" } else { "" };
    let took = Took(u64::try_from(time.unsigned_abs()).unwrap_or(u64::MAX));
    format!("{sign}{took}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn time_has_one_unit_and_two_digits_at_most_where_it_is_short() {
        let shown = |nanoseconds| Took(nanoseconds).to_string();
        assert_eq!(shown(0), "0 s");
        assert_eq!(shown(999), "999 ns");
        assert_eq!(shown(7_600_000), "7.6 ms");
        assert_eq!(shown(76 * MS), "76 ms");
        assert_eq!(shown(90_000 * MS), "1.5 min");
        assert_eq!(shown(17 * 86_400_000 * MS), "17 d");
        assert_eq!(shown(u64::MAX), "213503 d");
    }

    #[test]
    fn time_between_is_from_the_end_of_the_producer_to_the_start_of_the_handler() {
        let between = Between::of((MS, 2 * MS), 9 * MS + 600_000);
        assert_eq!(between.to_string(), "7.6 ms");
    }

    #[test]
    fn time_between_of_a_handler_that_starts_while_its_producer_waits_is_from_the_producers_start()
    {
        let between = Between::of((MS, 9 * MS), 3 * MS);
        assert_eq!(between.to_string(), "2 ms");
        assert!(!between.is_skewed());
    }

    #[test]
    fn time_between_of_a_handler_before_its_producer_says_that_clocks_differ() {
        let between = Between::of((60 * MS, 61 * MS), 10 * MS);
        assert_eq!(between.to_string(), "−50 ms: clocks differ");
    }

    #[test]
    fn time_between_of_extreme_clocks_does_not_overflow() {
        let between = Between::of((u64::MAX, 0), 0);
        assert_eq!(between.to_string(), "−213503 d: clocks differ");
    }

    #[test]
    fn times_between_of_several_are_a_range() {
        let range = Between::of((0, 0), 3 * MS).and(Between::of((0, 0), 2000 * MS));
        assert_eq!(range.to_string(), "3 ms to 2 s");
    }
}
