//! Values as text, whose `Display` or `Debug` may fail.

use std::fmt::{self, Display, Write};

use crate::support::shield::shielded;

/// How many bytes of an error's text are recorded.
pub(crate) const MOST: usize = 8 * 1024;

/// What stands at the end of a text that was cut.
const CUT: &str = "…";

/// All of a value's text; `None` if it fails. A part of an id would be another id.
pub(crate) fn whole(value: &dyn Display) -> Option<String> {
    let mut text = String::new();
    write!(text, "{value}").ok().map(|()| text)
}

/// What a value says before it fails, and [`MOST`] bytes of it at the most. The rest is not even formatted.
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
        if self.text.len() + part.len() <= MOST {
            self.text.push_str(part);
            return Ok(());
        }
        let room = MOST - CUT.len();
        // What is there already may leave no room for the mark.
        self.text.truncate(boundary(&self.text, room));
        self.text
            .push_str(&part[..boundary(part, room - self.text.len())]);
        self.text.push_str(CUT);
        self.is_cut = true;
        Err(fmt::Error)
    }
}

/// The last place at or before `index` where a text can be cut.
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
    fn beginning_of_a_text_that_fits_is_all_of_it() {
        let text = "ä".repeat(MOST / 2);
        assert_eq!(beginning(format_args!("{text}")), text);
        assert_eq!(beginning(format_args!("{}", "")), "");
    }

    #[test]
    fn beginning_of_a_longer_text_is_cut_between_characters() {
        for prefix in ["", "a", "ab", "abc"] {
            let text = format!("{prefix}{}", "€".repeat(MOST));
            for cut in [
                beginning(format_args!("{text}")),
                // In parts, of which the last leaves no room for the mark.
                beginning(format_args!(
                    "{}{}",
                    &text[..prefix.len() + 2730 * 3 - 3],
                    &text[prefix.len()..]
                )),
            ] {
                assert!(cut.len() <= MOST && cut.len() > MOST - 4, "{}", cut.len());
                let kept = cut.strip_suffix(CUT).expect("a mark");
                assert!(text.starts_with(kept));
            }
        }
    }
}
