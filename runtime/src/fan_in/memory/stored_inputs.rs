//! The inputs of a join in memory.

use super::lists::Lists;
use super::stored_input::StoredInput;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::listing::ListSummary;
use crate::fan_in::core::state::{JoinPolicy, Tallies, Timestamp};

/// Holds the inputs of a join that has not ended.
pub(super) struct StoredInputs {
    first: StoredInput,
    second: Option<StoredInput>,
    /// What the joins of most functions do not have.
    more: Option<Box<More>>,
}

/// Holds further inputs and the elements of lists, in order of arrival.
#[derive(Default)]
struct More {
    inputs: Vec<StoredInput>,
    lists: Option<Lists>,
}

impl StoredInputs {
    /// Keeps the input that opens a join.
    #[inline]
    pub(super) fn new(
        arriving: ArrivingInput<'_>,
        first: StoredInput,
        policy: &JoinPolicy,
    ) -> Self {
        let lists = Some(policy.lists).filter(|lists| !lists.is_empty());
        let more = lists.map(|lists| {
            let mut lists = Lists::new(lists);
            lists.record(arriving);
            Box::new(More {
                inputs: Vec::new(),
                lists: Some(lists),
            })
        });
        Self {
            first,
            second: None,
            more,
        }
    }

    /// Adds an input, which the join takes.
    pub(super) fn add(&mut self, arriving: ArrivingInput<'_>, input: StoredInput) {
        if let Some(lists) = self.lists_mut() {
            lists.record(arriving);
        }
        if self.second.is_none() {
            self.second = Some(input);
        } else {
            self.more.get_or_insert_default().inputs.push(input);
        }
    }

    /// Returns `true` if a list has this element.
    pub(super) fn knows(&self, arriving: ArrivingInput<'_>) -> bool {
        self.lists().is_some_and(|lists| lists.knows(arriving))
    }

    /// Counts an element that has come again.
    pub(super) fn repeat(&mut self, arriving: ArrivingInput<'_>) {
        if let Some(lists) = self.lists_mut() {
            lists.repeat(arriving.input);
        }
    }

    /// Calls `take` with the inputs, in the order of the declaration and of arrival.
    pub(super) fn sorted(&self, take: impl FnOnce(&[&StoredInput])) {
        // Most joins have at most two inputs, which can be sorted without memory.
        match (&self.first, &self.second, &self.more) {
            (first, None, None) => take(&[first]),
            (first, Some(second), None) if second.place < first.place => take(&[second, first]),
            (first, Some(second), None) => take(&[first, second]),
            (first, second, Some(more)) => {
                let first_two = [first].into_iter().chain(second);
                let mut inputs: Vec<&StoredInput> = first_two.chain(&more.inputs).collect();
                inputs.sort_by_key(|input| input.place);
                take(&inputs);
            }
        }
    }

    /// Returns the time of the first arrival.
    pub(super) fn first_at(&self) -> Timestamp {
        self.first.came_at
    }

    pub(super) fn tallies(&self) -> Tallies {
        self.lists().map_or_else(Tallies::default, Lists::tallies)
    }

    pub(super) fn summaries(&self) -> Vec<ListSummary> {
        self.lists().map_or_else(Vec::new, Lists::summaries)
    }

    fn lists(&self) -> Option<&Lists> {
        self.more.as_ref()?.lists.as_ref()
    }

    fn lists_mut(&mut self) -> Option<&mut Lists> {
        self.more.as_mut()?.lists.as_mut()
    }
}
