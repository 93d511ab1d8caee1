//! Lists through the joins of a shard: in and out at constant cost, wherever a join stands.

use super::entry::Entry;
use super::slab::Slab;

const NONE: u32 = u32::MAX;
const APART: u32 = u32::MAX - 1;

/// A join's neighbours in one list.
#[derive(Clone, Copy)]
pub(super) struct Links {
    before: u32,
    after: u32,
}

impl Links {
    /// In no list.
    pub(super) const APART: Self = Self {
        before: APART,
        after: APART,
    };

    pub(super) fn are_apart(self) -> bool {
        self.before == APART
    }
}

/// Which of a join's links a list goes through: a failed join stands in two lists at once.
#[derive(Clone, Copy)]
pub(super) enum Lane {
    Due,
    Retry,
}

pub(super) struct List {
    first: u32,
    last: u32,
    len: u32,
    lane: Lane,
}

impl List {
    pub(super) fn new(lane: Lane) -> Self {
        Self {
            lane,
            first: NONE,
            last: NONE,
            len: 0,
        }
    }

    pub(super) fn first(&self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }

    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    pub(super) fn push_back<P>(&mut self, index: u32, slab: &mut Slab<Entry<P>>) {
        self.insert(index, self.last, NONE, slab);
    }

    pub(super) fn push_front<P>(&mut self, index: u32, slab: &mut Slab<Entry<P>>) {
        self.insert(index, NONE, self.first, slab);
    }

    pub(super) fn remove<P>(&mut self, index: u32, slab: &mut Slab<Entry<P>>) {
        let links = slab.get_mut(index).links(self.lane);
        let Links { before, after } = std::mem::replace(links, Links::APART);
        *self.after(before, slab) = after;
        *self.before(after, slab) = before;
        self.len -= 1;
    }

    fn insert<P>(&mut self, index: u32, before: u32, after: u32, slab: &mut Slab<Entry<P>>) {
        *slab.get_mut(index).links(self.lane) = Links { before, after };
        *self.after(before, slab) = index;
        *self.before(after, slab) = index;
        self.len += 1;
    }

    /// What stands behind this one, or behind nothing: at the beginning.
    fn after<'a, P>(&'a mut self, index: u32, slab: &'a mut Slab<Entry<P>>) -> &'a mut u32 {
        if index == NONE {
            &mut self.first
        } else {
            &mut slab.get_mut(index).links(self.lane).after
        }
    }

    /// What stands before this one, or before nothing: at the end.
    fn before<'a, P>(&'a mut self, index: u32, slab: &'a mut Slab<Entry<P>>) -> &'a mut u32 {
        if index == NONE {
            &mut self.last
        } else {
            &mut slab.get_mut(index).links(self.lane).before
        }
    }
}
