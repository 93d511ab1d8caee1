//! A field that may come in parts.

/// The values of a field, in their order. One is the rule, and needs no allocation.
#[derive(Default)]
pub(super) struct Several<'a> {
    first: Option<&'a [u8]>,
    others: Vec<&'a [u8]>,
}

impl<'a> Several<'a> {
    /// More parts than the longest list that is allowed, baggage's, has members.
    const MOST: usize = 64;

    pub(super) fn push(&mut self, value: &'a [u8]) {
        if self.first.is_none() {
            self.first = Some(value);
        } else {
            self.push_another(value);
        }
    }

    #[cold]
    fn push_another(&mut self, value: &'a [u8]) {
        if !self.too_many() {
            self.others.push(value);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The value, where there is just one.
    pub(super) fn only(&self) -> Option<&'a [u8]> {
        self.first.filter(|_| self.others.is_empty())
    }

    /// Whether there may have been more, which are not kept.
    pub(super) fn too_many(&self) -> bool {
        self.others.len() > Self::MOST
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.first.iter().chain(&self.others).copied()
    }
}
