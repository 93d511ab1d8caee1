//! Values by number, in chunks. A growing `Vec` would hold all values twice while it copies them.

const CHUNK: usize = 256;
const NONE: u32 = u32::MAX;

/// Holds values that keep their number until they are removed.
pub(super) struct Slab<T> {
    /// The first chunk, which grows as needed. Most shards of a small store have only this one.
    first: Vec<Slot<T>>,
    more: Vec<Vec<Slot<T>>>,
    /// The first slot in the list of vacant slots.
    vacant: u32,
    len: u32,
}

enum Slot<T> {
    Vacant { next: u32 },
    Taken(T),
}

impl<T> Slab<T> {
    pub(super) fn new() -> Self {
        Self {
            first: Vec::new(),
            more: Vec::new(),
            vacant: NONE,
            len: 0,
        }
    }

    pub(super) fn insert(&mut self, value: T) -> u32 {
        self.len += 1;
        if self.vacant != NONE {
            let index = self.vacant;
            let slot = self.slot(index);
            if let Slot::Vacant { next } = *slot {
                *slot = Slot::Taken(value);
                self.vacant = next;
            }
            return index;
        }
        if self.last().len() == CHUNK {
            self.more.push(Vec::with_capacity(CHUNK));
        }
        let last = self.last();
        last.push(Slot::Taken(value));
        let index = last.len() - 1 + self.more.len() * CHUNK;
        u32::try_from(index).expect("a shard has fewer than 2^32 joins")
    }

    pub(super) fn remove(&mut self, index: u32) -> T {
        let vacant = Slot::Vacant { next: self.vacant };
        let Slot::Taken(value) = std::mem::replace(self.slot(index), vacant) else {
            unreachable!("only what is there is removed")
        };
        self.vacant = index;
        self.len -= 1;
        value
    }

    pub(super) fn get(&self, index: u32) -> &T {
        let (chunk, place) = split(index);
        let chunk = match chunk.checked_sub(1) {
            None => &self.first,
            Some(chunk) => &self.more[chunk],
        };
        let Slot::Taken(value) = &chunk[place] else {
            unreachable!("only what is there is asked for")
        };
        value
    }

    pub(super) fn get_mut(&mut self, index: u32) -> &mut T {
        let Slot::Taken(value) = self.slot(index) else {
            unreachable!("only what is there is asked for")
        };
        value
    }

    /// Returns the values of one chunk; `None` after the last.
    pub(super) fn chunk(&self, number: usize) -> Option<impl Iterator<Item = &T>> {
        let chunk = match number.checked_sub(1) {
            None => &self.first,
            Some(chunk) => self.more.get(chunk)?,
        };
        Some(chunk.iter().filter_map(|slot| match slot {
            Slot::Taken(value) => Some(value),
            Slot::Vacant { .. } => None,
        }))
    }

    /// Frees all chunks but the first, if all are empty.
    pub(super) fn shrink(&mut self) {
        if self.len > 0 || self.more.is_empty() {
            return;
        }
        self.first.clear();
        self.more = Vec::new();
        self.vacant = NONE;
    }

    /// Returns the number of slots, including vacant ones.
    pub(super) fn slots(&self) -> usize {
        self.first.len() + self.more.iter().map(Vec::len).sum::<usize>()
    }

    fn last(&mut self) -> &mut Vec<Slot<T>> {
        self.more.last_mut().unwrap_or(&mut self.first)
    }

    fn slot(&mut self, index: u32) -> &mut Slot<T> {
        let (chunk, place) = split(index);
        let chunk = match chunk.checked_sub(1) {
            None => &mut self.first,
            Some(chunk) => &mut self.more[chunk],
        };
        &mut chunk[place]
    }
}

fn split(index: u32) -> (usize, usize) {
    let index = index as usize;
    (index / CHUNK, index % CHUNK)
}
