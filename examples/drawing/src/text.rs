//! Long text, and text with control characters that a terminal would execute.

use std::borrow::Cow;
use std::fmt::{self, Write};

use crate::escape::is_hostile;

/// Displays text without the control characters that a terminal would execute.
#[derive(Clone, Copy, Debug)]
pub struct Printable<T>(pub T);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Print(out), "{}", self.0)
    }
}

struct Print<'o, 'f>(&'o mut fmt::Formatter<'f>);

impl fmt::Write for Print<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| {
            if is_hostile(char) {
                write!(self.0, "{}", char.escape_unicode())
            } else {
                self.0.write_char(char)
            }
        })
    }
}

/// Returns at most `length` characters of a text. The last is an ellipsis if there were more.
#[must_use]
pub fn shortened(text: &str, length: usize) -> Cow<'_, str> {
    if text.char_indices().nth(length).is_none() {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    Cow::Owned(kept + "…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_instead_of_executed() {
        assert_eq!(Printable("a\u{1b}[2Jb").to_string(), "a\\u{1b}[2Jb");
    }

    #[test]
    fn long_text_ends_with_an_ellipsis() {
        assert_eq!(shortened("four", 4), "four");
        assert_eq!(shortened("fïver", 4), "fïv…");
    }
}
