//! The positions of cards, rows and arrows.

use std::collections::HashMap;

use crate::columns::columns;
use crate::focus::View;
use crate::fold::{Arrow, Place};
use crate::place::{Item, downwards, tops};

pub(crate) const MARGIN: f64 = 24.0;
pub(crate) const ROW: f64 = 30.0;
const ROW_GAP: f64 = 6.0;
pub(crate) const HEAD: f64 = 34.0;
const PADDING: f64 = 10.0;
const INDENT: f64 = 14.0;
/// Deeper spans are not indented further: the text needs room.
const DEEPEST: usize = 8;
const CARD_GAP: f64 = 22.0;
const NARROWEST: f64 = 216.0;
const WIDEST: f64 = 400.0;
/// A link that skips a column passes between its cards.
const LANE: f64 = 6.0;
const LANE_GAP: f64 = 10.0;
/// Room for a curve between two columns.
const CURVE: f64 = 64.0;
const LABEL: f64 = 184.0;
/// A higher picture starts at its top. In its middle, the first card would be out of sight.
const SCREEN: f64 = 900.0;
/// The most places for links at one span. Further links share the last.
const PORTS: usize = 12;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// All positions.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) cards: Vec<Rect>,
    pub(crate) rows: Vec<Vec<Rect>>,
    pub(crate) arrows: Vec<Route>,
    /// The middle of each column.
    pub(crate) columns: Vec<f64>,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The path of an arrow.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) path: String,
    /// The end of its label, if there is room for one.
    pub(crate) label: Option<(f64, f64)>,
}

/// The widths of texts.
pub(crate) trait Texts {
    fn row(&self, card: usize, row: usize) -> f64;
    fn head(&self, card: usize) -> f64;
    fn label(&self, arrow: &Arrow) -> f64;
}

/// An end of a part of an arrow: an item and a height in it.
type End = (Thing, f64);

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Thing {
    Card(usize),
    /// The height at which the links from one span pass a column.
    Lane(Place, usize),
}

struct Plan<'v> {
    arrows: &'v [Arrow],
    columns: Vec<usize>,
    /// The items in each column, from top to bottom.
    stacks: Vec<Vec<Thing>>,
    y: HashMap<Thing, f64>,
    heights: Vec<f64>,
    /// The top and the height of each row, within its card.
    rows: Vec<Vec<(f64, f64)>>,
    /// For each arrow, the number of its port at the handler's row, and the count of ports.
    ports: Vec<(usize, usize)>,
    /// `true` if a card is level with the first of its linked cards, instead of with their middle.
    from_top: bool,
}

impl Layout {
    pub(crate) fn of(view: &View<'_>, texts: &impl Texts, top: f64) -> Self {
        let mut plan = Plan::of(view);
        plan.settle();
        plan.sort_ports();
        plan.settle();
        if plan.extent() > SCREEN {
            plan.from_top = true;
            plan.y.clear();
            plan.settle();
        }
        plan.draw(view, texts, top)
    }
}

impl<'v> Plan<'v> {
    fn of(view: &'v View<'_>) -> Self {
        let folded = &view.folded;
        let columns = columns(folded);
        let count = columns.iter().max().map_or(0, |last| last + 1);
        let mut stacks = vec![Vec::new(); count];
        for (card, &column) in columns.iter().enumerate() {
            stacks[column].push(Thing::Card(card));
        }
        let mut reach: HashMap<Place, usize> = HashMap::new();
        for arrow in &folded.arrows {
            let (from, to) = (columns[arrow.producer.card], columns[arrow.handler.card]);
            let reach = reach.entry(arrow.producer).or_insert(from);
            *reach = (*reach).max(to);
        }
        let mut reach: Vec<(Place, usize)> = reach.into_iter().collect();
        reach.sort_unstable();
        for (producer, last) in reach {
            let between = columns[producer.card] + 1..last;
            let lanes = stacks.iter_mut().enumerate();
            for (column, stack) in lanes.filter(|(column, _)| between.contains(column)) {
                stack.push(Thing::Lane(producer, column));
            }
        }
        let ports = ports(&folded.arrows);
        let mut rows: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut heights = Vec::new();
        let mut needed: HashMap<Place, usize> = HashMap::new();
        for (arrow, (_, count)) in folded.arrows.iter().zip(&ports) {
            needed.insert(arrow.handler, *count);
        }
        for (number, card) in folded.cards.iter().enumerate() {
            let mut y = HEAD;
            let mut placed = Vec::new();
            for row in 0..card.rows.len() {
                let ports = needed.get(&Place { card: number, row }).copied();
                let height = ROW * from_count(ports.unwrap_or(1).max(1));
                placed.push((y, height));
                y += height + ROW_GAP;
            }
            heights.push(y - ROW_GAP + PADDING);
            rows.push(placed);
        }
        Self {
            arrows: &folded.arrows,
            columns,
            stacks,
            y: HashMap::new(),
            heights,
            rows,
            ports,
            from_top: false,
        }
    }

    fn extent(&self) -> f64 {
        let tops = self.y.values().copied();
        let bottoms = self.y.iter().map(|(&thing, y)| y + self.height(thing));
        bottoms.fold(0.0, f64::max) - tops.fold(0.0, f64::min)
    }

    /// Moves items until their arrows are level: from left to right, back, and again.
    fn settle(&mut self) {
        let parts = self.parts();
        let mut before: HashMap<Thing, Vec<(End, f64)>> = HashMap::new();
        let mut after: HashMap<Thing, Vec<(End, f64)>> = HashMap::new();
        for (from, to) in parts {
            before.entry(to.0).or_default().push((from, to.1));
            after.entry(from.0).or_default().push((to, from.1));
        }
        let last = self.stacks.len();
        (0..last).for_each(|column| self.stack(column, &before));
        (0..last)
            .rev()
            .for_each(|column| self.stack(column, &after));
        (0..last).for_each(|column| self.stack(column, &before));
    }

    fn stack(&mut self, column: usize, beside: &HashMap<Thing, Vec<(End, f64)>>) {
        let mut below = 0.0;
        // Each item with its wished height, and with the height that it is sorted by.
        let mut wishes: Vec<(Thing, f64, f64)> = Vec::new();
        for &thing in &self.stacks[column] {
            let ends = beside.get(&thing).into_iter().flatten();
            let known: Vec<(f64, f64)> = ends
                .filter_map(|((other, there), here)| Some((self.y.get(other)? + there, *here)))
                .collect();
            let levels = known.iter().map(|(there, here)| there - here);
            let count = from_count(known.len());
            let (wish, level) = if known.is_empty() {
                let wish = self.y.get(&thing).copied().unwrap_or(below);
                (wish, wish + self.height(thing) / 2.0)
            } else if self.from_top {
                let level = known.iter().map(|(there, _)| there).sum::<f64>() / count;
                (levels.fold(f64::INFINITY, f64::min), level)
            } else {
                let level = known.iter().map(|(there, _)| there).sum::<f64>() / count;
                (levels.sum::<f64>() / count, level)
            };
            below = wish + self.height(thing) + CARD_GAP;
            wishes.push((thing, wish, level));
        }
        // Items of the same height stay in the order of their starts.
        wishes.sort_by(|(_, _, one), (_, _, other)| one.total_cmp(other));
        let items: Vec<Item> = wishes
            .iter()
            .map(|&(thing, wish, _)| Item {
                wish,
                height: self.height(thing),
                gap: if matches!(thing, Thing::Card(_)) {
                    CARD_GAP
                } else {
                    LANE_GAP
                },
            })
            .collect();
        let tops = if self.from_top {
            downwards(&items)
        } else {
            tops(&items)
        };
        for ((thing, ..), y) in wishes.iter().zip(tops) {
            self.y.insert(*thing, y);
        }
        self.stacks[column] = wishes.into_iter().map(|(thing, ..)| thing).collect();
    }

    fn height(&self, thing: Thing) -> f64 {
        match thing {
            Thing::Card(card) => self.heights[card],
            Thing::Lane(..) => LANE,
        }
    }

    /// Each part of an arrow, from one column to the next.
    fn parts(&self) -> Vec<(End, End)> {
        let mut parts = Vec::new();
        for (number, arrow) in self.arrows.iter().enumerate() {
            let (from, to) = self.ends(arrow);
            if from >= to {
                continue;
            }
            let mut end = (
                Thing::Card(arrow.producer.card),
                self.row_middle(arrow.producer),
            );
            for column in from + 1..to {
                let lane = (Thing::Lane(arrow.producer, column), LANE / 2.0);
                parts.push((end, lane));
                end = lane;
            }
            let handler = (Thing::Card(arrow.handler.card), self.port(number));
            parts.push((end, handler));
        }
        parts
    }

    fn ends(&self, arrow: &Arrow) -> (usize, usize) {
        (
            self.columns[arrow.producer.card],
            self.columns[arrow.handler.card],
        )
    }

    fn row_middle(&self, place: Place) -> f64 {
        let (top, height) = self.rows[place.card][place.row];
        top + height / 2.0
    }

    /// The height at which an arrow meets its handler's card.
    fn port(&self, arrow: usize) -> f64 {
        let handler = self.arrows[arrow].handler;
        let (top, height) = self.rows[handler.card][handler.row];
        let (port, ports) = self.ports[arrow];
        top + height * (from_count(port) + 0.5) / from_count(ports.max(1))
    }

    /// Arrows that come from above enter above.
    fn sort_ports(&mut self) {
        let mut order: Vec<usize> = (0..self.arrows.len()).collect();
        let height = |arrow: usize| {
            let arrow = &self.arrows[arrow];
            let (_, to) = self.ends(arrow);
            let lane = self
                .y
                .get(&Thing::Lane(arrow.producer, to.saturating_sub(1)));
            let card = self.y.get(&Thing::Card(arrow.producer.card));
            lane.copied().unwrap_or_else(|| {
                card.copied().unwrap_or_default() + self.row_middle(arrow.producer)
            })
        };
        order.sort_by(|&one, &other| height(one).total_cmp(&height(other)));
        let mut used: HashMap<Place, usize> = HashMap::new();
        let mut ports = self.ports.clone();
        for arrow in order
            .into_iter()
            .filter(|&arrow| has_port(&self.arrows[arrow]))
        {
            let port = used.entry(self.arrows[arrow].handler).or_default();
            let count = self.ports[arrow].1;
            ports[arrow] = ((*port).min(count.saturating_sub(1)), count);
            *port += 1;
        }
        self.ports = ports;
    }

    fn draw(&self, view: &View<'_>, texts: &impl Texts, top: f64) -> Layout {
        let highest = self.y.values().copied().fold(f64::INFINITY, f64::min);
        let lift = if highest.is_finite() {
            MARGIN + top - highest
        } else {
            0.0
        };
        let widths = self.widths(view, texts);
        let labels = self.labels(texts);
        let mut lefts = Vec::new();
        let backward = self.arrows.iter().any(|arrow| {
            let (from, to) = self.ends(arrow);
            to == 0 && from >= to && has_port(arrow)
        });
        let mut x = if backward {
            MARGIN + labels[0] + CURVE
        } else {
            MARGIN
        };
        for column in 0..self.stacks.len() {
            if column > 0 {
                x += CURVE + labels[column];
            }
            lefts.push(x);
            x += widths[column];
        }
        let bulge = self.arrows.iter().any(|arrow| {
            let (from, to) = self.ends(arrow);
            from >= to && from + 1 == self.stacks.len()
        });
        let width = x + MARGIN + if bulge { CURVE / 2.0 } else { 0.0 };
        let mut cards = Vec::new();
        let mut rows = Vec::new();
        for (number, card) in view.folded.cards.iter().enumerate() {
            let column = self.columns[number];
            let y = self
                .y
                .get(&Thing::Card(number))
                .copied()
                .unwrap_or_default()
                + lift;
            let y = y.round();
            let rect = Rect {
                x: lefts[column],
                y,
                width: widths[column],
                height: self.heights[number],
            };
            let placed = card.rows.iter().zip(&self.rows[number]);
            rows.push(
                placed
                    .map(|(row, &(top, height))| {
                        let inset = PADDING + INDENT * from_count(row.depth.min(DEEPEST));
                        Rect {
                            x: rect.x + inset,
                            y: y + top,
                            width: rect.width - inset - PADDING,
                            height,
                        }
                    })
                    .collect(),
            );
            cards.push(rect);
        }
        let bottom = cards.iter().map(|card: &Rect| card.y + card.height);
        let lanes = self.y.values().map(|y| y + lift + LANE);
        let height = bottom.chain(lanes).fold(MARGIN + top, f64::max) + MARGIN;
        let mut layout = Layout {
            columns: lefts
                .iter()
                .zip(&widths)
                .map(|(left, width)| left + width / 2.0)
                .collect(),
            cards,
            rows,
            arrows: Vec::new(),
            width,
            height,
        };
        layout.arrows = (0..self.arrows.len())
            .map(|arrow| self.route(arrow, &layout, (&lefts, &widths, &labels), lift))
            .collect();
        layout
    }

    fn widths(&self, view: &View<'_>, texts: &impl Texts) -> Vec<f64> {
        let mut widths = vec![NARROWEST; self.stacks.len()];
        for (number, card) in view.folded.cards.iter().enumerate() {
            let rows = card.rows.iter().enumerate().map(|(row, shown)| {
                let indent = INDENT * from_count(shown.depth.min(DEEPEST));
                texts.row(number, row) + indent + 2.0 * PADDING
            });
            let width = &mut widths[self.columns[number]];
            *width = rows
                .fold(width.max(texts.head(number)), f64::max)
                .min(WIDEST)
                .ceil();
        }
        widths
    }

    /// Returns the room that the labels before each column need.
    fn labels(&self, texts: &impl Texts) -> Vec<f64> {
        let mut labels = vec![0.0; self.stacks.len()];
        for arrow in self.arrows.iter().filter(|arrow| has_port(arrow)) {
            let label: &mut f64 = &mut labels[self.columns[arrow.handler.card]];
            *label = label.max(texts.label(arrow).min(LABEL).ceil());
        }
        labels
    }

    fn route(
        &self,
        number: usize,
        layout: &Layout,
        (lefts, widths, labels): (&[f64], &[f64], &[f64]),
        lift: f64,
    ) -> Route {
        let arrow = &self.arrows[number];
        let (from, to) = self.ends(arrow);
        let start = layout.rows[arrow.producer.card][arrow.producer.row];
        let end = layout.rows[arrow.handler.card][arrow.handler.row];
        let (x, y) = (start.x + start.width, start.y + start.height / 2.0);
        if !has_port(arrow) {
            // Within one card: around its right edge.
            let to = end.y + end.height / 2.0;
            let out = x + 34.0;
            let path = format!(
                "M{x:.1} {y:.1}C{out:.1} {y:.1} {out:.1} {to:.1} {:.1} {to:.1}",
                end.x + end.width + 1.0
            );
            return Route { path, label: None };
        }
        let port = layout.cards[arrow.handler.card].y + self.port(number);
        let label = lefts[to] - labels[to];
        let mut path = format!("M{x:.1} {y:.1}");
        if from < to {
            let mut at = (x, y);
            let edge = lefts[from] + widths[from];
            path += &format!("H{edge:.1}");
            at.0 = edge;
            for column in from + 1..to {
                let lane = self.y.get(&Thing::Lane(arrow.producer, column));
                let y = lane.copied().unwrap_or_default() + lift + LANE / 2.0;
                path += &curve(at, (lefts[column] - labels[column], y));
                at = (lefts[column] + widths[column], y);
                path += &format!("H{:.1}", at.0);
            }
            path += &curve(at, (label, port));
        } else {
            // Backwards: a loop out of the producer's card and into the handler's.
            let (out, into) = (x + CURVE, label - CURVE);
            path += &format!("C{out:.1} {y:.1} {into:.1} {port:.1} {label:.1} {port:.1}");
        }
        path += &format!("H{:.1}", end.x - 1.0);
        // Arrows that share the last place have no room for their labels.
        let (place, places) = self.ports[number];
        let is_shared = places == PORTS && place + 1 == places;
        Route {
            path,
            label: (!is_shared).then_some((lefts[to] - 8.0, port)),
        }
    }
}

fn has_port(arrow: &Arrow) -> bool {
    arrow.producer.card != arrow.handler.card
}

/// Numbers the arrows that lead to one row.
fn ports(arrows: &[Arrow]) -> Vec<(usize, usize)> {
    let mut counts: HashMap<Place, usize> = HashMap::new();
    let mut numbers = Vec::new();
    for arrow in arrows {
        let count = counts.entry(arrow.handler).or_default();
        numbers.push((*count).min(PORTS - 1));
        *count += usize::from(has_port(arrow));
    }
    let count = |arrow: &Arrow| counts[&arrow.handler].clamp(1, PORTS);
    numbers.into_iter().zip(arrows.iter().map(count)).collect()
}

fn curve((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> String {
    let bend = ((to_x - x) / 2.0).max(12.0);
    let (out, into) = (x + bend, to_x - bend);
    format!("C{out:.1} {y:.1} {into:.1} {to_y:.1} {to_x:.1} {to_y:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "no picture has 2^52 items")]
fn from_count(count: usize) -> f64 {
    count as f64
}
