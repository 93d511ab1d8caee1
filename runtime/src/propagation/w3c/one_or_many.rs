//! A field that may come in parts.

use std::slice;

/// The values of a field, in their order. Most fields have one value, which needs no allocation.
#[derive(Default)]
pub(in crate::propagation) enum Several<'a> {
    #[default]
    None,
    One(&'a [u8]),
    More(Vec<&'a [u8]>),
}

impl<'a> Several<'a> {
    /// More parts than the longest list that is allowed, baggage's, has members.
    const MOST: usize = 65;

    #[inline]
    pub(in crate::propagation) fn push(&mut self, value: &'a [u8]) {
        match self {
            Self::None => *self = Self::One(value),
            Self::One(_) | Self::More(_) => self.push_another(value),
        }
    }

    /// A value that is there already counts once: some producers write each of their headers twice.
    #[cold]
    fn push_another(&mut self, value: &'a [u8]) {
        if self.iter().any(|known| *known == value) {
            return;
        }
        match self {
            Self::None => {}
            Self::One(first) => *self = Self::More(vec![*first, value]),
            Self::More(values) if values.len() > Self::MOST => {}
            Self::More(values) => values.push(value),
        }
    }

    /// Whether there may have been more, which are not kept.
    pub(in crate::propagation) fn too_many(&self) -> bool {
        self.iter().len() > Self::MOST
    }

    pub(in crate::propagation) fn iter(&self) -> slice::Iter<'_, &'a [u8]> {
        match self {
            Self::None => [].iter(),
            Self::One(value) => slice::from_ref(value).iter(),
            Self::More(values) => values.iter(),
        }
    }
}
