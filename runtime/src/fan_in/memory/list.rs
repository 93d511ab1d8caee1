//! Lists of a shard's joins: they insert at both ends and remove anywhere, without touching other joins.

use std::collections::VecDeque;

use super::joins::Joins;
use super::lane::{APART, Lane};

/// Marks the place of a removed join.
const GAP: u32 = u32::MAX;

/// The number of gaps that the list always tolerates.
const FEW: usize = 32;

/// Keeps joins in order; each join knows its number.
///
/// A linked list would touch two more cache lines for each removed join.
pub(super) struct List {
    joins: VecDeque<u32>,
    /// The number of the first place. It wraps around.
    begin: u32,
    len: usize,
    lane: Lane,
}

impl List {
    pub(super) fn new(lane: Lane) -> Self {
        Self {
            lane,
            joins: VecDeque::new(),
            // The number wraps around soon, so that a fault in that shows at once and not after years.
            begin: APART - 4,
            len: 0,
        }
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.joins.front().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push_back<P>(&mut self, index: u32, joins: &mut Joins<P>) {
        *joins.number(index, self.lane) = self.end();
        self.joins.push_back(index);
        self.len += 1;
        if self.end() == APART {
            self.joins.push_back(GAP);
        }
    }

    pub(super) fn push_front<P>(&mut self, index: u32, joins: &mut Joins<P>) {
        if self.before_begin() == APART {
            self.joins.push_front(GAP);
            self.begin = APART;
        }
        self.begin = self.before_begin();
        *joins.number(index, self.lane) = self.begin;
        self.joins.push_front(index);
        self.len += 1;
    }

    /// Removes a join, unless it was removed before.
    pub(super) fn remove<P>(&mut self, index: u32, joins: &mut Joins<P>) {
        let number = std::mem::replace(joins.number(index, self.lane), APART);
        if number == APART {
            return;
        }
        let place = number.wrapping_sub(self.begin) as usize;
        self.joins[place] = GAP;
        self.len -= 1;
        if place == 0 {
            self.trim();
        }
        if self.joins.len() > 2 * self.len + FEW {
            self.close_gaps(joins);
        }
    }

    /// Removes gaps at the front.
    fn trim(&mut self) {
        while self.joins.front() == Some(&GAP) {
            self.joins.pop_front();
            self.begin = self.begin.wrapping_add(1);
        }
    }

    /// Renumbers all joins. About as many joins have left before, so each removal pays for one or two numbers.
    fn close_gaps<P>(&mut self, joins: &mut Joins<P>) {
        self.joins.retain(|index| *index != GAP);
        self.begin = 0;
        for (number, index) in (0..).zip(&self.joins) {
            *joins.number(*index, self.lane) = number;
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "there are fewer joins than numbers"
    )]
    fn end(&self) -> u32 {
        self.begin.wrapping_add(self.joins.len() as u32)
    }

    fn before_begin(&self) -> u32 {
        self.begin.wrapping_sub(1)
    }
}
