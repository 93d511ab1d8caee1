//! Lists of a shard's joins: in at both ends and out from anywhere, without a look at any other join.

use std::collections::VecDeque;

use super::joins::Joins;
use super::lane::{APART, Lane};

/// Stands where a join has left.
const GAP: u32 = u32::MAX;

/// So many gaps are not worth closing.
const FEW: usize = 32;

/// Joins in order, each of which knows its number.
///
/// Neighbours that knew each other would be on two more cache lines whenever a join leaves.
pub(super) struct List {
    joins: VecDeque<u32>,
    /// The number of the first; it may go round.
    begin: u32,
    len: usize,
    lane: Lane,
}

impl List {
    pub(super) fn new(lane: Lane) -> Self {
        Self {
            lane,
            joins: VecDeque::new(),
            // So that it soon goes round, and not after years.
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

    /// Takes out a join, unless it has left before.
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

    /// Lets a join be the first, if there is any.
    fn trim(&mut self) {
        while self.joins.front() == Some(&GAP) {
            self.joins.pop_front();
            self.begin = self.begin.wrapping_add(1);
        }
    }

    /// Gives all new numbers: as often as so many have left, so that each that leaves pays for one or two of them.
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
