//! A field that may occur several times.

use std::slice;

/// The distinct values of a field, in their order. A single value needs no allocation.
#[derive(Default)]
pub(in crate::propagation) enum OneOrMany<'a> {
    #[default]
    None,
    One(&'a [u8]),
    More(Vec<&'a [u8]>),
}

impl<'a> OneOrMany<'a> {
    /// One more than the largest number of members that a list may have, which is baggage's 64.
    const MAX: usize = 65;

    #[inline]
    pub(in crate::propagation) fn push(&mut self, value: &'a [u8]) {
        match self {
            Self::None => *self = Self::One(value),
            Self::One(_) | Self::More(_) => self.push_another(value),
        }
    }

    /// Skips a value that is already there: some producers write each header twice.
    #[cold]
    fn push_another(&mut self, value: &'a [u8]) {
        if self.iter().any(|known| *known == value) {
            return;
        }
        match self {
            Self::None => {}
            Self::One(first) => *self = Self::More(vec![*first, value]),
            Self::More(values) if values.len() > Self::MAX => {}
            Self::More(values) => values.push(value),
        }
    }

    /// Returns `true` if further values may have been dropped.
    pub(in crate::propagation) fn too_many(&self) -> bool {
        self.iter().len() > Self::MAX
    }

    pub(in crate::propagation) fn iter(&self) -> slice::Iter<'_, &'a [u8]> {
        match self {
            Self::None => [].iter(),
            Self::One(value) => slice::from_ref(value).iter(),
            Self::More(values) => values.iter(),
        }
    }
}
