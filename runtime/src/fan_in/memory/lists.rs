//! The lists of a join in memory.

use std::collections::HashSet;

use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::listing::ListSummary;
use crate::fan_in::core::state::{Inputs, Tallies};

/// Holds the lists of a join that has not ended.
pub(super) struct Lists {
    by_place: Box<[List]>,
    tallies: Tallies,
}

struct List {
    place: u8,
    ids: HashSet<Box<str>>,
    /// The number of arrivals whose identity the list had already.
    repeated: u32,
}

impl Lists {
    /// Makes empty lists at these places.
    pub(super) fn new(places: Inputs) -> Self {
        let list = |place| List {
            place,
            ids: HashSet::new(),
            repeated: 0,
        };
        Self {
            by_place: places.iter().map(list).collect(),
            tallies: Tallies::default(),
        }
    }

    /// Returns `true` if a list has an element with this identity.
    pub(super) fn knows(&self, input: ArrivingInput<'_>) -> bool {
        let mut lists = self.by_place.iter();
        let list = lists.find(|list| list.place == input.input);
        list.zip(input.id)
            .is_some_and(|(list, id)| list.ids.contains(id))
    }

    /// Records an input that the join takes: the identity of an element, and the counts that it gives.
    pub(super) fn record(&mut self, input: ArrivingInput<'_>) {
        if let Some(list) = list_mut(&mut self.by_place, input.input) {
            list.ids.insert(input.id.unwrap_or_default().into());
            self.tallies = self.tallies.with_element(input.input);
        }
        self.tallies = self.tallies.counted(input.counts);
    }

    /// Counts an element that has come again.
    pub(super) fn repeat(&mut self, place: u8) {
        if let Some(list) = list_mut(&mut self.by_place, place) {
            list.repeated = list.repeated.saturating_add(1);
        }
    }

    pub(super) fn tallies(&self) -> Tallies {
        self.tallies
    }

    pub(super) fn summaries(&self) -> Vec<ListSummary> {
        let tallies = &self.tallies;
        let summary = |list: &List| {
            let count = tallies.counts().get(list.place);
            ListSummary::new(list.place, tallies.len(list.place), list.repeated, count)
        };
        self.by_place.iter().map(summary).collect()
    }
}

fn list_mut(lists: &mut [List], place: u8) -> Option<&mut List> {
    lists.iter_mut().find(|list| list.place == place)
}
