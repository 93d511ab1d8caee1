//! Values as text.

use std::fmt::Write;

/// OpenTelemetry's name of a service that has none.
pub(super) const UNKNOWN_SERVICE: &str = "unknown_service";

pub(super) fn list_text(values: impl Iterator<Item = String>) -> String {
    let mut text = String::from("[");
    for value in values {
        if text.len() > 1 {
            text += ", ";
        }
        text += &value;
    }
    text + "]"
}

pub(super) fn map_text(entries: impl Iterator<Item = (String, String)>) -> String {
    let mut text = String::from("{");
    for (key, value) in entries {
        if text.len() > 1 {
            text += ", ";
        }
        text += &key;
        text += ": ";
        text += &value;
    }
    text + "}"
}

pub(super) fn bytes_text(bytes: &[u8]) -> String {
    let mut text = String::from("0x");
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
