//! Joins by a number, in chunks: a `Vec` of them would, each time it grows, be there twice.

const CHUNK: usize = 256;
const NONE: u32 = u32::MAX;

/// Values that keep their number until they are removed.
pub(super) struct Slab<T> {
    chunks: Vec<Vec<Slot<T>>>,
    /// The first of the list of vacant slots.
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
            chunks: Vec::new(),
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
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            // The first chunk grows as it needs to: most shards of a small store have a handful of joins.
            let whole = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(whole));
        }
        let last = self.chunks.len() - 1;
        let index = last * CHUNK + self.chunks[last].len();
        self.chunks[last].push(Slot::Taken(value));
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
        let Slot::Taken(value) = &self.chunks[chunk][place] else {
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

    /// What is in one of the chunks; `None` behind the last.
    pub(super) fn chunk(&self, number: usize) -> Option<impl Iterator<Item = &T>> {
        let slots = self.chunks.get(number)?.iter();
        Some(slots.filter_map(|slot| match slot {
            Slot::Taken(value) => Some(value),
            Slot::Vacant { .. } => None,
        }))
    }

    /// Gives back all but the first chunk, if nothing is in any.
    pub(super) fn shrink(&mut self) {
        if self.len > 0 || self.chunks.len() < 2 {
            return;
        }
        self.chunks = vec![Vec::with_capacity(CHUNK)];
        self.vacant = NONE;
    }

    /// How many slots there are, vacant ones included.
    pub(super) fn slots(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    fn slot(&mut self, index: u32) -> &mut Slot<T> {
        let (chunk, place) = split(index);
        &mut self.chunks[chunk][place]
    }
}

fn split(index: u32) -> (usize, usize) {
    let index = index as usize;
    (index / CHUNK, index % CHUNK)
}
