//! Points in time, as UTC.

use std::fmt;

/// Displays nanoseconds since the epoch as a date and a time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct When(pub(super) u64);

impl fmt::Display for When {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1_000_000_000;
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        let millisecond = self.0 / 1_000_000 % 1_000;
        write!(
            out,
            "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millisecond:03} UTC"
        )
    }
}

/// The date of a day, counted from the epoch. The calendar repeats every 400 years, of 146,097 days.
fn date(days: u64) -> (u64, u64, u64) {
    let mut year = 1970 + days / 146_097 * 400;
    let mut days = days % 146_097;
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + u64::from(is_leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 1;
    for length in lengths {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates_of_the_calendar() {
        let shown = |seconds: u64| When(seconds * 1_000_000_000).to_string();
        assert_eq!(shown(0), "1970-01-01 00:00:00.000 UTC");
        assert_eq!(shown(951_782_400), "2000-02-29 00:00:00.000 UTC");
        assert_eq!(shown(1_767_225_599), "2025-12-31 23:59:59.000 UTC");
        assert_eq!(When(u64::MAX).to_string(), "2554-07-21 23:34:33.709 UTC");
    }
}
