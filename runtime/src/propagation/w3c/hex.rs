//! Parses lowercase hexadecimal digits, many at a time.

/// Replaces each digit by its value; returns `false` if a byte is not a digit.
///
/// The loop has no branch and a fixed length of three 16-byte registers, so that the compiler vectorizes it. A loop that
/// reads one digit after the other costs a handler 508 instructions more, 8.6 %.
#[inline]
pub(in crate::propagation) fn read(digits: &mut [u8; 48]) -> bool {
    let mut wrong = 0;
    for digit in digits {
        // The subtraction that does not apply wraps to a large number, so the minimum selects the other one.
        let (number, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
        wrong |= number.saturating_sub(9).min(letter.saturating_sub(5));
        *digit = number.min(letter.wrapping_add(10));
    }
    wrong == 0
}

/// Combines sixteen digit values, starting at `at`, to a number.
#[inline]
pub(in crate::propagation) fn sixteen(values: &[u8; 48], at: usize) -> u64 {
    eight(values, at) << 32 | eight(values, at + 8)
}

fn eight(values: &[u8; 48], at: usize) -> u64 {
    let values = values[at..].first_chunk().copied();
    // Combine neighbours: digits to bytes, bytes to 16-bit numbers, 16-bit numbers to one 32-bit number.
    let digits = u64::from_le_bytes(values.unwrap_or_default());
    let bytes = (digits.wrapping_mul(0x10_01) >> 8) & 0x00ff_00ff_00ff_00ff;
    let numbers = (bytes.wrapping_mul(0x0100_0001) >> 16) & 0x0000_ffff_0000_ffff;
    numbers.wrapping_mul(0x0001_0000_0000_0001) >> 32
}

/// Parses two digits as a byte.
#[inline]
pub(in crate::propagation) fn byte([high, low]: [u8; 2]) -> Option<u8> {
    Some(value_of(high)? << 4 | value_of(low)?)
}

fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_their_values() {
        let mut digits = *b"0123456789abcdeffedcba98765432100000000000000000";
        assert!(read(&mut digits));
        assert_eq!(sixteen(&digits, 0), 0x0123_4567_89ab_cdef);
        assert_eq!(sixteen(&digits, 16), 0xfedc_ba98_7654_3210);
        assert_eq!(sixteen(&digits, 8), 0x89ab_cdef_fedc_ba98);
        assert_eq!(byte(*b"9a"), Some(0x9a));
        assert_eq!(byte(*b"f0"), Some(0xf0));
    }

    #[test]
    fn other_bytes_are_rejected_at_every_position() {
        for digit in 0..=u8::MAX {
            let is_one = matches!(digit, b'0'..=b'9' | b'a'..=b'f');
            for at in 0..48 {
                let mut digits = [b'0'; 48];
                digits[at] = digit;
                assert_eq!(read(&mut digits), is_one, "{digit:#04x} at {at}");
            }
            assert_eq!(byte([digit, b'0']).is_some(), is_one, "{digit:#04x}");
            assert_eq!(byte([b'0', digit]).is_some(), is_one, "{digit:#04x}");
        }
    }
}
