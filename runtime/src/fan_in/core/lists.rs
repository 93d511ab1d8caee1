//! How much of each list has arrived.

use thiserror::Error;

use super::inputs::Inputs;

/// The number of inputs that a function may have.
const INPUTS: usize = 12;

/// Holds the counts of lists, by the lists' places in the declaration.
///
/// A count is the number of elements that completes its list.
///
/// ```
/// use linked_span::fan_in::Counts;
///
/// let counts = Counts::default().with(1, 5); // the list at place 1 has five elements
/// assert_eq!(counts.get(1), Some(5));
/// assert_eq!(counts.get(0), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    known: Inputs,
    /// Zero where a count is unknown, so that equal counts have equal fields.
    counts: [u16; INPUTS],
}

impl Counts {
    /// Returns these counts with the count of one more list.
    ///
    /// ```
    /// # use linked_span::fan_in::Counts;
    /// assert_eq!(Counts::default().with(0, 0).get(0), Some(0)); // a list that is complete without an element
    /// ```
    #[must_use]
    pub fn with(mut self, list: u8, count: u16) -> Self {
        if let Some(place) = self.counts.get_mut(usize::from(list)) {
            *place = count;
            self.known = self.known.with(list);
        }
        self
    }

    /// Returns the count of this list, if it is known.
    ///
    /// ```
    /// # use linked_span::fan_in::Counts;
    /// assert_eq!(Counts::default().get(0), None);
    /// ```
    #[must_use]
    pub fn get(&self, list: u8) -> Option<u16> {
        let count = self.counts.get(usize::from(list))?;
        self.known.contains(list).then_some(*count)
    }

    /// Returns these counts, and the other ones of lists whose count is unknown here.
    fn or(self, others: Self) -> Self {
        let new = others.known.without(self.known);
        let count = |counts: Self, list| match others.get(list) {
            Some(count) => counts.with(list, count),
            None => counts,
        };
        new.iter().fold(self, count)
    }
}

/// Counts the elements of an open join's lists, by the lists' places in the declaration.
///
/// ```
/// use linked_span::fan_in::{Counts, Tallies};
///
/// let tallies = Tallies::new(Counts::default().with(1, 5)).with(1, 2);
/// assert_eq!(tallies.len(1), 2); // two of five
/// assert!(!tallies.is_full(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tallies {
    lens: [u16; INPUTS],
    counts: Counts,
}

impl Tallies {
    /// Makes the tallies of empty lists with these counts.
    ///
    /// ```
    /// # use linked_span::fan_in::{Counts, Tallies};
    /// assert!(Tallies::new(Counts::default().with(0, 0)).is_full(0)); // none of none
    /// ```
    #[must_use]
    pub const fn new(counts: Counts) -> Self {
        Self {
            lens: [0; INPUTS],
            counts,
        }
    }

    /// Returns these tallies with this many elements in a list.
    ///
    /// ```
    /// # use linked_span::fan_in::Tallies;
    /// assert_eq!(Tallies::default().with(0, 3).len(0), 3);
    /// ```
    #[must_use]
    pub fn with(mut self, list: u8, len: u16) -> Self {
        if let Some(place) = self.lens.get_mut(usize::from(list)) {
            *place = len;
        }
        self
    }

    /// Returns the number of distinct elements that have arrived in a list.
    ///
    /// ```
    /// # use linked_span::fan_in::Tallies;
    /// assert_eq!(Tallies::default().len(0), 0);
    /// ```
    #[must_use]
    pub fn len(&self, list: u8) -> u16 {
        self.lens.get(usize::from(list)).copied().unwrap_or(0)
    }

    /// Returns the counts of the lists.
    ///
    /// ```
    /// # use linked_span::fan_in::Tallies;
    /// assert_eq!(Tallies::default().counts().get(0), None);
    /// ```
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Returns `true` if the count of a list is known, and at least as many elements have arrived.
    ///
    /// ```
    /// # use linked_span::fan_in::{Counts, Tallies};
    /// let tallies = Tallies::new(Counts::default().with(0, 2));
    /// assert!(tallies.with(0, 2).is_full(0));
    /// assert!(tallies.with(0, 3).is_full(0)); // the third came before the count was known
    /// ```
    #[must_use]
    pub fn is_full(&self, list: u8) -> bool {
        let count = self.counts.get(list);
        count.is_some_and(|count| self.len(list) >= count)
    }

    /// Returns those of these lists that are full.
    pub(in crate::fan_in) fn full(&self, lists: Inputs) -> Inputs {
        let full = lists.iter().filter(|list| self.is_full(*list));
        full.fold(Inputs::none(), Inputs::with)
    }

    /// Returns these tallies with the count of one more list.
    pub(in crate::fan_in) fn with_count(mut self, list: u8, count: u16) -> Self {
        self.counts = self.counts.with(list, count);
        self
    }

    /// Returns these tallies with one more element in a list.
    ///
    /// ```
    /// # use linked_span::fan_in::Tallies;
    /// assert_eq!(Tallies::default().with_element(0).len(0), 1);
    /// ```
    #[must_use]
    pub fn with_element(self, list: u8) -> Self {
        self.with(list, self.len(list).saturating_add(1))
    }

    /// Returns these tallies with the counts that were unknown. A known count stays.
    ///
    /// ```
    /// # use linked_span::fan_in::{Counts, Tallies};
    /// let tallies = Tallies::new(Counts::default().with(0, 5));
    /// let counted = tallies.counted(Counts::default().with(0, 2).with(1, 3));
    /// assert_eq!(counted.counts(), Counts::default().with(0, 5).with(1, 3));
    /// ```
    #[must_use]
    pub fn counted(self, counts: Counts) -> Self {
        let counts = self.counts.or(counts);
        Self { counts, ..self }
    }
}

/// Holds what an open join has received.
///
/// ```
/// use linked_span::fan_in::{Arrived, Inputs, Tallies};
///
/// let arrived = Arrived { came: Inputs::default().with(0), lists: Tallies::default().with(1, 2) };
/// assert!(arrived.came.contains(0));
/// assert!(!arrived.came.contains(1)); // two elements have come, and the list is not full
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Arrived {
    /// The single inputs that have arrived, and the lists that are full.
    pub came: Inputs,
    /// The tallies of the lists.
    pub lists: Tallies,
}

impl Arrived {
    /// Returns what has arrived, of inputs at these places and of lists with these counts.
    ///
    /// Not generic, because each function would compile it.
    pub(in crate::fan_in) fn of(
        places: &mut dyn Iterator<Item = u8>,
        counts: Counts,
        lists: Inputs,
    ) -> Self {
        let nothing = Self {
            came: Inputs::none(),
            lists: Tallies::new(counts),
        };
        places.fold(nothing, |arrived, place| {
            arrived.after(place, counts, lists)
        })
    }

    /// Returns what has arrived after one more input, which gives these counts. An input is single, or one of these lists.
    #[inline]
    pub(in crate::fan_in) fn after(self, input: u8, counts: Counts, lists: Inputs) -> Self {
        // Most functions have no list. With a look at the lists, an arrival in memory takes 30 % more. If this is not inlined,
        // one that completes a join takes 8 % more.
        if lists.is_empty() {
            let came = self.came.with(input);
            return Self { came, ..self };
        }
        self.after_with_lists(input, counts, lists)
    }

    fn after_with_lists(self, input: u8, counts: Counts, lists: Inputs) -> Self {
        let Self {
            mut came,
            lists: mut tallies,
        } = self;
        if lists.contains(input) {
            tallies = tallies.with_element(input);
        } else {
            came = came.with(input);
        }
        let tallies = tallies.counted(counts);
        Self {
            came: came.with_all(tallies.full(lists)),
            lists: tallies,
        }
    }
}

impl From<Inputs> for Arrived {
    /// Makes what a join without lists has received.
    fn from(came: Inputs) -> Self {
        let lists = Tallies::default();
        Self { came, lists }
    }
}

/// Names the limit of a list that an input exceeds.
///
/// ```
/// use linked_span::fan_in::{ListLimit, StoreError};
///
/// let error = StoreError::OverLimit(ListLimit::Elements { count: 20_000, max: 10_000 });
/// assert_eq!(error.to_string(), "the count of a list is 20000, and a list takes at most 10000 elements");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum ListLimit {
    /// The count exceeds the number of elements that a list may have.
    #[error("the count of a list is {count}, and a list takes at most {max} elements")]
    Elements {
        /// The count that the input gives.
        count: i128,
        /// The largest count.
        max: u16,
    },
    /// The element does not fit into the bytes that the lists of one join may have.
    #[error("the lists of one join take at most {max} bytes, and this element does not fit")]
    Bytes {
        /// The number of bytes.
        max: u64,
    },
}
