//! Sets of inputs.

/// A set of a join's inputs, by their place in its declaration; twelve at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Inputs(u16);

impl Inputs {
    /// All of so many.
    #[must_use]
    pub const fn all(count: u8) -> Self {
        Self(Self::only(count).wrapping_sub(1))
    }

    /// These, and one more.
    #[must_use]
    pub const fn with(self, input: u8) -> Self {
        Self(self.0 | Self::only(input))
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn contains(self, input: u8) -> bool {
        self.0 & Self::only(input) != 0
    }

    /// Which of so many are not among them.
    #[must_use]
    pub const fn missing(self, all: u8) -> Self {
        Self(Self::all(all).0 & !self.0)
    }

    /// Each of them, in the order of the declaration.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..16).filter(move |input| self.contains(*input))
    }

    /// One alone; none, if there can be no such input.
    const fn only(input: u8) -> u16 {
        match 1_u16.checked_shl(input as u32) {
            Some(bit) => bit,
            None => 0,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
