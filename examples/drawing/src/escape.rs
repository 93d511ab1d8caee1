//! Text inside markup.

use std::fmt::{self, Write};

/// Escapes text for XML and HTML, in an element or in an attribute.
///
/// All text that a program sent passes through here: names, keys, values, descriptions. XML 1.0 allows few control
/// characters, even escaped, and text with a direction of its own can hide what follows, so these are replaced.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<T>(pub T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escape(out), "{}", self.0)
    }
}

struct Escape<'o, 'f>(&'o mut fmt::Formatter<'f>);

impl fmt::Write for Escape<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| self.write_char(char))
    }

    fn write_char(&mut self, char: char) -> fmt::Result {
        match char {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            '\t' | '\n' => self.0.write_char(char),
            _ if is_hostile(char) => self.0.write_char(char::REPLACEMENT_CHARACTER),
            _ => self.0.write_char(char),
        }
    }
}

/// Returns `true` for characters that XML forbids, a terminal executes, or that change the direction of text.
pub(crate) fn is_hostile(char: char) -> bool {
    matches!(
        char,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}'
    ) || char.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_escaped() {
        let hostile = r#"<script>alert("1")</script> & 'x'"#;
        let escaped = Escaped(hostile).to_string();
        assert_eq!(
            escaped,
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"
        );
    }

    #[test]
    fn every_character_gives_xml_that_parses() {
        for char in (0..=0x1_00ff).filter_map(char::from_u32) {
            let escaped = Escaped(char);
            let document = format!(r#"<a b="{escaped}">{escaped}]]</a>"#);
            let parsed = roxmltree::Document::parse(&document);
            assert!(parsed.is_ok(), "{char:?}");
        }
    }

    #[test]
    fn text_cannot_change_its_direction() {
        assert_eq!(Escaped("a\u{202e}b").to_string(), "a\u{fffd}b");
    }
}
