//! A join's key in memory.

/// The 36 bytes of a UUID, and the 2 bytes that the layout leaves.
const SHORT: usize = 38;

/// Holds a short text inline, because each arrival reads it.
pub(super) enum Text {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

impl Text {
    #[expect(clippy::cast_possible_truncation, reason = "it is short")]
    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                let len = text.len() as u8;
                Self::Short { len, bytes }
            }
            None => Self::Long(text.into()),
        }
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.as_bytes() == text.as_bytes()
    }

    pub(super) fn as_str(&self) -> &str {
        // The bytes came from a `str`.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { len, bytes } => &bytes[..usize::from(*len)],
            Self::Long(text) => text.as_bytes(),
        }
    }
}
