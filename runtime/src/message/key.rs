//! A message's key as text.

use std::fmt::Write;

/// The maximum length. A longer key is data and not a name.
const LONGEST: usize = 1024;

/// Returns the key as text, or as `0x…` if it is not readable.
///
/// A lossy text could equal the key of another message. A key of control characters, such as a binary number that
/// happens to be UTF-8, is not readable either. An empty key and a key that is too long have no text.
pub(super) fn text_of(key: &[u8]) -> Option<String> {
    if key.is_empty() || key.len() > LONGEST {
        return None;
    }
    match std::str::from_utf8(key) {
        Ok(text) if is_readable(text) => Some(text.to_owned()),
        _ => Some(hexadecimal(key)),
    }
}

/// Returns `false` for a text with control characters.
///
/// Only these bytes can be a part of one, so most texts are not decoded a second time.
fn is_readable(text: &str) -> bool {
    let is_suspect = |byte: u8| byte < b' ' || byte == 0x7f || byte == 0xc2;
    !text.bytes().any(is_suspect) || !text.chars().any(char::is_control)
}

fn hexadecimal(key: &[u8]) -> String {
    let mut text = String::with_capacity(2 + 2 * key.len());
    text.push_str("0x");
    for byte in key {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_of_text_is_that_text() {
        assert_eq!(text_of("größe-7".as_bytes()).as_deref(), Some("größe-7"));
    }

    #[test]
    fn key_that_is_not_utf8_is_hexadecimal() {
        assert_eq!(text_of(b"\xff\x00a").as_deref(), Some("0xff0061"));
    }

    #[test]
    fn binary_number_that_is_utf8_is_hexadecimal() {
        let key = 7_u64.to_be_bytes();
        assert_eq!(text_of(&key).as_deref(), Some("0x0000000000000007"));
    }

    #[test]
    fn control_character_of_two_bytes_is_hexadecimal() {
        assert_eq!(text_of("\u{85}".as_bytes()).as_deref(), Some("0xc285"));
        assert_eq!(text_of("\u{a7} 7".as_bytes()).as_deref(), Some("\u{a7} 7"));
    }

    #[test]
    fn empty_or_huge_key_is_left_out() {
        assert_eq!(text_of(b""), None);
        assert_eq!(text_of(&[b'k'; LONGEST + 1]), None);
        assert!(text_of(&[b'k'; LONGEST]).is_some());
    }
}
