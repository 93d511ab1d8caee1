//! The protobuf encoding, one field at a time.
//!
//! A decoder that builds the whole message allocates hundreds of bytes for a span of two: 16 MiB of empty spans took
//! 2 GiB. This decoder reads each part in place, and builds only the kept ones.

use super::refusal::Refusal;

/// The fields of a message.
#[derive(Debug)]
pub(super) struct Fields<'m>(&'m [u8]);

/// A field's value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Value<'m> {
    Varint(u64),
    Fixed64(u64),
    Fixed32,
    Bytes(&'m [u8]),
}

impl<'m> Fields<'m> {
    pub(super) fn of(message: &'m [u8]) -> Self {
        Self(message)
    }

    fn field(&mut self) -> Option<(u64, Value<'m>)> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).ok()?)?)
            }
            5 => {
                self.take(4)?;
                Value::Fixed32
            }
            // Groups are older than OTLP.
            _ => return None,
        };
        (key >> 3 > 0).then_some((key >> 3, value))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'m [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

impl<'m> Iterator for Fields<'m> {
    type Item = Result<(u64, Value<'m>), Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[]; // the rest cannot be read
        }
        Some(field.ok_or_else(|| Refusal::malformed("the protobuf message is broken")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(message: &[u8]) -> Result<Vec<(u64, Value<'_>)>, Refusal> {
        Fields::of(message).collect()
    }

    #[test]
    fn fields_of_each_kind_are_read() {
        let message = b"\x08\x96\x01\x11\x01\0\0\0\0\0\0\0\x1a\x02ab\x25\0\0\0\0";
        let expected = vec![
            (1, Value::Varint(150)),
            (2, Value::Fixed64(1)),
            (3, Value::Bytes(b"ab")),
            (4, Value::Fixed32),
        ];
        assert_eq!(fields(message).unwrap(), expected);
    }

    #[test]
    fn field_that_is_cut_off_or_unknown_is_refused() {
        let endless = [0xff; 12];
        for broken in [
            &b"\x08"[..],
            b"\x11\0\0",
            b"\x1a\x05ab",
            b"\x0b",
            b"\0\0",
            &endless,
        ] {
            assert!(fields(broken).is_err(), "{broken:?}");
        }
        // A length beyond all memory.
        assert!(fields(b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").is_err());
    }
}
