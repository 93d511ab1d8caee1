//! What producers send to one join, and its policy.

use linked_span::fan_in::state::{Counts, Inputs, JoinPolicy, Step, Token};

/// The most items of a scene.
pub(crate) const ITEMS: usize = 4;

/// One event that a producer sends, once or more often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) input: u8,
    /// The identity in the list, less than eight; zero if the input is no list.
    pub(crate) element: u8,
    pub(crate) counts: Counts,
    /// How many deliveries the broker makes, if none is lost.
    pub(crate) deliveries: u8,
}

impl Item {
    /// A single or optional input, which is delivered twice.
    pub(crate) fn single(input: u8) -> Self {
        Self {
            input,
            element: 0,
            counts: Counts::default(),
            deliveries: 2,
        }
    }

    pub(crate) fn element(list: u8, element: u8) -> Self {
        Self {
            element,
            ..Self::single(list)
        }
    }

    pub(crate) fn counts(self, list: u8, count: u16) -> Self {
        let counts = self.counts.with(list, count);
        Self { counts, ..self }
    }

    pub(crate) fn once(self) -> Self {
        let deliveries = 1;
        Self { deliveries, ..self }
    }

    pub(crate) fn arrives(&self, known: bool, token: Token) -> Step {
        let Self { input, counts, .. } = *self;
        let mut step = Step::arrive(input, token);
        if let Step::Arrive {
            known: is_known,
            counts: given,
            ..
        } = &mut step
        {
            (*is_known, *given) = (known, counts);
        }
        step
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) policy: JoinPolicy,
    pub(crate) items: Vec<Item>,
    /// Items that can change places: `transition` cannot distinguish them.
    pub(crate) alike: Vec<Vec<u8>>,
}

impl Scene {
    pub(crate) fn new(policy: JoinPolicy, items: &[Item]) -> Self {
        let items = items.to_vec();
        let mut alike: Vec<Vec<u8>> = Vec::new();
        for (place, item) in (0..).zip(&items) {
            let same = alike.iter_mut().find(|places| {
                let other = &items[usize::from(places[0])];
                is_alike(item, other, &policy)
            });
            match same {
                Some(places) => places.push(place),
                None => alike.push(vec![place]),
            }
        }
        alike.retain(|places| places.len() > 1);
        Self {
            policy,
            items,
            alike,
        }
    }

    /// All inputs are single, and each is delivered twice.
    pub(crate) fn of_singles(policy: JoinPolicy) -> Self {
        let items: Vec<_> = (0..policy.inputs).map(Item::single).collect();
        Self::new(policy, &items)
    }

    pub(crate) fn item(&self, place: u8) -> &Item {
        &self.items[usize::from(place)]
    }
}

fn is_alike(one: &Item, other: &Item, policy: &JoinPolicy) -> bool {
    let is_same_kind = |kind: Inputs| kind.contains(one.input) == kind.contains(other.input);
    let is_list = policy.lists.contains(one.input);
    let has_same_place = if is_list {
        one.input == other.input && one.element != other.element
    } else {
        one.input != other.input && one.counts == Counts::default()
    };
    has_same_place
        && is_same_kind(policy.lists)
        && is_same_kind(policy.optional)
        && one.counts == other.counts
        && one.deliveries == other.deliveries
}

/// Returns `true` if a join that has begun with these inputs takes no delivery of this one for its own.
pub(crate) fn is_closed(input: u8, came: Inputs, policy: &JoinPolicy) -> bool {
    policy.lists.contains(input) || policy.optional.contains(input) && !came.contains(input)
}
