//! Ids of traces and spans.

use std::fmt;

/// The id of a trace.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TraceId([u8; 16]);

/// The id of a span. It is unique only within its trace.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SpanId([u8; 8]);

impl TraceId {
    /// Reads an id from its bytes. Returns `None` if their number is wrong or all are zero.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        valid(bytes).map(Self)
    }

    /// Reads an id from its hexadecimal digits.
    #[must_use]
    pub fn from_hex(digits: &str) -> Option<Self> {
        Self::from_slice(&unhex(digits)?)
    }
}

impl SpanId {
    /// Reads an id from its bytes. Returns `None` if their number is wrong or all are zero.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        valid(bytes).map(Self)
    }

    /// Reads an id from its hexadecimal digits.
    #[must_use]
    pub fn from_hex(digits: &str) -> Option<Self> {
        Self::from_slice(&unhex(digits)?)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(out, &self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(out, &self.0)
    }
}

fn hex(out: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
}

fn valid<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    let id: [u8; N] = bytes.try_into().ok()?;
    (id != [0; N]).then_some(id)
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if digits.len() % 2 != 0 {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16);
    let pairs = digits.chunks_exact(2);
    let bytes = pairs.map(|pair| u8::try_from(value(pair[0])? << 4 | value(pair[1])?).ok());
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_of_hexadecimal_digits_in_any_case_is_read_and_shown_in_lower_case() {
        let id = TraceId::from_hex("5B8EFFF798038103D269B633813FC60C").unwrap();
        assert_eq!(id.to_string(), "5b8efff798038103d269b633813fc60c");
        let id = SpanId::from_hex("eee19b7ec3c1b174").unwrap();
        assert_eq!(id.to_string(), "eee19b7ec3c1b174");
    }

    #[test]
    fn id_of_zeros_or_of_the_wrong_length_is_none() {
        assert_eq!(TraceId::from_slice(&[0; 16]), None);
        assert_eq!(TraceId::from_slice(&[1; 15]), None);
        assert_eq!(SpanId::from_hex("0000000000000000"), None);
        assert_eq!(SpanId::from_hex("eee19b7ec3c1b17"), None);
        assert_eq!(SpanId::from_hex("+ee19b7ec3c1b174"), None);
        assert_eq!(SpanId::from_hex("éee19b7ec3c1b17"), None);
    }
}
