//! Formats values whose `Display` or `Debug` may fail.

use std::fmt::{self, Display, Write};

use crate::support::shield::shielded;

/// The largest length of a recorded error text, in bytes.
pub(crate) const MAX_LENGTH: usize = 8 * 1024;

/// The mark at the end of a truncated text.
const CUT: &str = "…";

/// Formats a value; `None` if that fails. A truncated id could be another id.
pub(crate) fn whole(value: &dyn Display) -> Option<String> {
    let mut text = String::new();
    write!(text, "{value}").ok().map(|()| text)
}

/// Formats the first [`MAX_LENGTH`] bytes of a value, or the part before it fails. The rest is not formatted.
pub(crate) fn beginning(value: fmt::Arguments<'_>) -> String {
    let mut beginning = Beginning::default();
    let _ = shielded(|| beginning.write_fmt(value));
    beginning.text
}

#[derive(Default)]
struct Beginning {
    text: String,
    is_cut: bool,
}

impl Write for Beginning {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.is_cut {
            return Err(fmt::Error);
        }
        if self.text.len() + part.len() <= MAX_LENGTH {
            self.text.push_str(part);
            return Ok(());
        }
        let room = MAX_LENGTH - CUT.len();
        // Earlier parts may have used the room for the mark.
        self.text.truncate(boundary(&self.text, room));
        self.text
            .push_str(&part[..boundary(part, room - self.text.len())]);
        self.text.push_str(CUT);
        self.is_cut = true;
        Err(fmt::Error)
    }
}

/// Returns the last character boundary at or before `index`.
fn boundary(text: &str, index: usize) -> usize {
    if index >= text.len() {
        return text.len();
    }
    (0..=index)
        .rev()
        .find(|index| text.is_char_boundary(*index))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_of_a_short_text_is_the_whole_text() {
        let text = "ä".repeat(MAX_LENGTH / 2);
        assert_eq!(beginning(format_args!("{text}")), text);
        assert_eq!(beginning(format_args!("{}", "")), "");
    }

    #[test]
    fn beginning_of_a_long_text_ends_between_characters() {
        for prefix in ["", "a", "ab", "abc"] {
            let text = format!("{prefix}{}", "€".repeat(MAX_LENGTH));
            for cut in [
                beginning(format_args!("{text}")),
                // In two parts; the first leaves no room for the mark.
                beginning(format_args!(
                    "{}{}",
                    &text[..prefix.len() + 2730 * 3 - 3],
                    &text[prefix.len()..]
                )),
            ] {
                assert!(
                    cut.len() <= MAX_LENGTH && cut.len() > MAX_LENGTH - 4,
                    "{}",
                    cut.len()
                );
                let kept = cut.strip_suffix(CUT).expect("a mark");
                assert!(text.starts_with(kept));
            }
        }
    }
}
