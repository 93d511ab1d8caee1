//! Where traces, spans and links stand.

use opentelemetry::trace::{Link, SpanContext, SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;

pub(crate) const MARGIN: i32 = 28;
/// Room for the captions, above.
pub(crate) const HEAD: i32 = 32;
/// Room for the key, below.
const FOOT: i32 = 40;
const PANEL_WIDTH: i32 = 232;
const PANEL_HEAD: i32 = 30;
const PANEL_GAP: i32 = 26;
const COLUMN_GAP: i32 = 112;
const PADDING: i32 = 12;
pub(crate) const BAR_HEIGHT: i32 = 30;
const BAR_GAP: i32 = 8;
const INDENT: i32 = 16;

/// A panel for each trace, to the right of those that its spans are linked to.
pub(crate) struct Layout<'s> {
    pub(crate) panels: Vec<Panel<'s>>,
    pub(crate) arrows: Vec<Arrow<'s>>,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

/// A trace: its spans, each below its parent.
pub(crate) struct Panel<'s> {
    trace_id: TraceId,
    column: i32,
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) bars: Vec<Bar<'s>>,
}

/// A span.
pub(crate) struct Bar<'s> {
    pub(crate) span: &'s SpanData,
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
}

/// A link, from the left of the handler's bar to the right of the producer's.
pub(crate) struct Arrow<'s> {
    pub(crate) link: &'s Link,
    /// The handler's.
    column: i32,
    pub(crate) from: (i32, i32),
    pub(crate) to: (i32, i32),
}

impl<'s> Layout<'s> {
    /// Of spans in the order in which they have ended.
    pub(crate) fn of(spans: &'s [SpanData]) -> Self {
        let mut panels: Vec<Panel<'s>> = Vec::new();
        for span in spans {
            let trace_id = span.span_context.trace_id();
            if panels.iter().all(|panel| panel.trace_id != trace_id) {
                let panel = Panel::of(trace_id, spans, &panels);
                panels.push(panel);
            }
        }
        let columns = panels.iter().map(|panel| panel.column + 1).max();
        let columns = columns.unwrap_or_default();
        for column in 0..columns {
            stack(&mut panels, column);
        }
        let top = panels.iter().map(|panel| panel.y).min();
        for panel in &mut panels {
            panel.lower(MARGIN + HEAD - top.unwrap_or_default());
        }
        let bottom = panels.iter().map(|panel| panel.y + panel.height).max();
        Self {
            arrows: arrows(&panels),
            panels,
            width: column_x(columns) - COLUMN_GAP + MARGIN,
            height: bottom.unwrap_or_default() + FOOT + MARGIN,
        }
    }
}

impl<'s> Panel<'s> {
    /// In its column, and at no height yet.
    fn of(trace_id: TraceId, spans: &'s [SpanData], earlier: &[Self]) -> Self {
        let trace: Vec<&SpanData> = spans
            .iter()
            .filter(|span| span.span_context.trace_id() == trace_id)
            .collect();
        let linked = trace.iter().flat_map(|span| &span.links.links);
        let columns = linked.filter_map(|link| {
            let to = link.span_context.trace_id();
            let panel = earlier.iter().find(|panel| panel.trace_id == to)?;
            Some(panel.column + 1)
        });
        let column = columns.max().unwrap_or_default();
        let x = column_x(column);
        let mut bars = Vec::new();
        let edges = (x + PADDING, x + PANEL_WIDTH - PADDING);
        add_children(SpanId::INVALID, edges, &trace, &mut bars);
        Self {
            trace_id,
            column,
            x,
            y: 0,
            width: PANEL_WIDTH,
            height: PANEL_HEAD + rows(bars.len()) - BAR_GAP + PADDING,
            bars,
        }
    }

    fn lower(&mut self, by: i32) {
        self.y += by;
        for bar in &mut self.bars {
            bar.y += by;
        }
    }
}

/// Of each child of a span, its bar and those of its children.
fn add_children<'s>(
    parent: SpanId,
    (left, right): (i32, i32),
    trace: &[&'s SpanData],
    bars: &mut Vec<Bar<'s>>,
) {
    for span in trace.iter().filter(|span| span.parent_span_id == parent) {
        bars.push(Bar {
            span,
            x: left,
            y: PANEL_HEAD + rows(bars.len()),
            width: right - left,
        });
        let parent = span.span_context.span_id();
        add_children(parent, (left + INDENT, right), trace, bars);
    }
}

fn rows(bars: usize) -> i32 {
    let bars = i32::try_from(bars).unwrap_or(i32::MAX);
    bars * (BAR_HEIGHT + BAR_GAP)
}

fn column_x(column: i32) -> i32 {
    MARGIN + column * (PANEL_WIDTH + COLUMN_GAP)
}

pub(crate) fn column_middle(column: i32) -> i32 {
    column_x(column) + PANEL_WIDTH / 2
}

/// The panels of a column, one above the other, at a height at which their links are level on the whole.
fn stack(panels: &mut [Panel<'_>], column: i32) {
    let mut y = 0;
    for panel in of_column(panels, column) {
        panel.lower(y);
        y += panel.height + PANEL_GAP;
    }
    let arrows = arrows(panels);
    let arrows = arrows.iter().filter(|arrow| arrow.column == column);
    let (count, fall) = arrows.fold((0, 0), |(count, fall), arrow| {
        (count + 1, fall + arrow.to.1 - arrow.from.1)
    });
    for panel in of_column(panels, column) {
        panel.lower(fall / count.max(1));
    }
}

fn of_column<'p, 's>(
    panels: &'p mut [Panel<'s>],
    column: i32,
) -> impl Iterator<Item = &'p mut Panel<'s>> {
    panels
        .iter_mut()
        .filter(move |panel| panel.column == column)
}

fn arrows<'s>(panels: &[Panel<'s>]) -> Vec<Arrow<'s>> {
    let mut arrows = Vec::new();
    for panel in panels {
        for from in &panel.bars {
            for link in &from.span.links.links {
                if let Some(to) = bar_of(&link.span_context, panels) {
                    arrows.push(Arrow {
                        link,
                        column: panel.column,
                        from: (from.x, from.y + BAR_HEIGHT / 2),
                        to: (to.x + to.width, to.y + BAR_HEIGHT / 2),
                    });
                }
            }
        }
    }
    arrows
}

fn bar_of<'p, 's>(context: &SpanContext, panels: &'p [Panel<'s>]) -> Option<&'p Bar<'s>> {
    let ids = |of: &SpanContext| (of.trace_id(), of.span_id());
    let mut bars = panels.iter().flat_map(|panel| &panel.bars);
    bars.find(|bar| ids(&bar.span.span_context) == ids(context))
}
