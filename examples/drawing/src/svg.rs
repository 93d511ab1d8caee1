//! A flow as SVG.

use std::fmt;

use crate::escape::Escaped;
use crate::focus::View;
use crate::fold::{Arrow, Card, Row, is_ghost};
use crate::graph::Node;
use crate::layout::{HEAD, Layout, MARGIN, Rect, Texts};
use crate::span::{Outcome, Span};
use crate::text::shortened;
use crate::time::Took;

/// The style sheet of a picture, for a light background and for a dark one.
pub const STYLE: &str = include_str!("flow.css");

/// Pixels that a character takes, in each of the fonts.
const NAME: f64 = 7.9;
const SMALL: f64 = 6.3;
const RELATIONSHIP: usize = 30;
const TRACK: f64 = 3.0;

/// Displays a view of a flow as SVG.
#[derive(Debug)]
pub struct Picture<'v, 's> {
    /// The view.
    pub view: &'v View<'s>,
    /// The title.
    pub title: &'v str,
    /// The headings of the columns.
    pub captions: &'v [&'v str],
    /// `true` to draw times and ids, which differ from run to run.
    pub times: bool,
    /// `true` to add the style sheet and a legend, for a picture without a page.
    pub alone: bool,
    /// The target of a click on a span.
    pub hrefs: Hrefs<'v>,
}

/// The target of a click on a span.
#[derive(Clone, Copy, Debug)]
pub enum Hrefs<'h> {
    /// No target.
    None,
    /// A path that starts with this text, and ends with the ids of the trace and of the span.
    To(&'h str),
}

impl fmt::Display for Picture<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = if self.captions.is_empty() { 0.0 } else { 32.0 };
        let layout = Layout::of(self.view, self, head);
        let width = if self.alone {
            layout.width.max(440.0)
        } else {
            layout.width
        };
        let height = layout.height + if self.alone { 32.0 } else { 0.0 };
        let role = if matches!(self.hrefs, Hrefs::None) {
            "img"
        } else {
            "group"
        };
        let title = Escaped(self.title);
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="flow" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="{role}" aria-label="{title}">"#,
        )?;
        if self.alone {
            writeln!(out, "<title>{title}</title>\n<style>\n{STYLE}</style>")?;
            writeln!(
                out,
                r#"<rect class="ground" x=".5" y=".5" width="{:.0}" height="{:.0}" rx="12"/>"#,
                width - 1.0,
                height - 1.0,
            )?;
        }
        writeln!(
            out,
            r#"<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 10 5 0 10z"/></marker>"#,
        )?;
        for (middle, caption) in layout.columns.iter().zip(self.captions) {
            writeln!(
                out,
                r#"<text class="caption" x="{middle:.0}" y="{:.0}">{}</text>"#,
                MARGIN + 16.0,
                Escaped(caption),
            )?;
        }
        for (card, rect) in self.view.folded.cards.iter().zip(&layout.cards) {
            self.card(out, card, *rect)?;
        }
        for (arrow, route) in self.view.folded.arrows.iter().zip(&layout.arrows) {
            let path = &route.path;
            writeln!(
                out,
                r#"<path class="link" d="{path}" marker-end="url(#head)"><title>{}</title></path>"#,
                Escaped(self.described(arrow)),
            )?;
        }
        for (number, (card, rects)) in self.view.folded.cards.iter().zip(&layout.rows).enumerate() {
            let times = self.times_of(number);
            for (row, rect) in card.rows.iter().zip(rects) {
                self.row(out, card, row, *rect, times)?;
            }
        }
        for (arrow, route) in self.view.folded.arrows.iter().zip(&layout.arrows) {
            if let Some((x, y)) = route.label {
                self.label(out, arrow, x, y)?;
            }
        }
        if self.alone {
            key(out, width / 2.0, height - 20.0)?;
        }
        writeln!(out, "</svg>")
    }
}

impl Texts for Picture<'_, '_> {
    fn row(&self, card: usize, row: usize) -> f64 {
        let card = &self.view.folded.cards[card];
        let (name, about) = self.texts(card, &card.rows[row]);
        chars(&name) * NAME + chars(&about) * SMALL + 36.0
    }

    fn head(&self, card: usize) -> f64 {
        let (name, about) = self.heads(&self.view.folded.cards[card]);
        chars(&name) * NAME + chars(&about) * SMALL + 40.0
    }

    fn label(&self, arrow: &Arrow) -> f64 {
        let (relationship, about) = self.labels(arrow);
        // The font is narrower than that of the rows, and the line needs some room of its own.
        chars(&relationship).max(chars(&about)) * (SMALL - 0.5) + 26.0
    }
}

impl Picture<'_, '_> {
    /// Draws the frame and the head. The rows come after the arrows.
    fn card(&self, out: &mut fmt::Formatter<'_>, card: &Card, rect: Rect) -> fmt::Result {
        let Rect {
            x,
            y,
            width,
            height,
        } = rect;
        let class = if self.is_ghost(card) {
            "card ghost"
        } else {
            "card"
        };
        for behind in (1..=card.traces.len().saturating_sub(1).min(2)).rev() {
            let behind = if behind == 1 { 4.0 } else { 8.0 };
            writeln!(
                out,
                r#"<rect class="{class}" x="{:.0}" y="{:.0}" width="{width:.0}" height="{height:.0}" rx="8"/>"#,
                x + behind,
                y + behind,
            )?;
        }
        writeln!(
            out,
            r#"<rect class="{class}" x="{x:.0}" y="{y:.0}" width="{width:.0}" height="{height:.0}" rx="8"/>"#,
        )?;
        let (name, about) = self.heads(card);
        let room = characters((width - 40.0 - chars(&about) * SMALL) / NAME);
        writeln!(
            out,
            r#"<text class="service" x="{:.0}" y="{:.0}">{}</text><text class="about" x="{:.0}" y="{:.0}">{}</text>"#,
            x + 12.0,
            y + HEAD / 2.0 + 5.0,
            Escaped(shortened(&name, room)),
            x + width - 12.0,
            y + HEAD / 2.0 + 5.0,
            Escaped(about),
        )
    }

    /// Draws the name of a card, and the text beside it.
    fn heads(&self, card: &Card) -> (String, String) {
        let graph = &self.view.graph;
        let count = card.traces.len();
        let times = if count > 1 {
            format!("×{count}")
        } else {
            String::new()
        };
        let spans: Vec<&Span> = self.spans(card).collect();
        let Some(first) = spans.first() else {
            return ("not received".to_owned(), times);
        };
        if !self.times {
            let traces = graph.traces()[..card.traces[0]].iter();
            let ghosts = traces.filter(|trace| graph.node(trace[0]).span().is_none());
            let number = card.traces[0] + 1 - ghosts.count();
            return (format!("trace {number}"), times);
        }
        let mut services: Vec<&str> = spans.iter().map(|span| &*span.service).collect();
        services.sort_unstable();
        services.dedup();
        let name = match services.len() {
            1 => first.service.to_string(),
            more => format!("{} +{}", first.service, more - 1),
        };
        let about = if count > 1 {
            format!("{times} traces")
        } else {
            let mut trace = first.trace.to_string();
            trace.truncate(6);
            let (start, end) = extent(&spans);
            format!("{trace}… · {}", Took(end - start))
        };
        (name, about)
    }

    fn row(
        &self,
        out: &mut fmt::Formatter<'_>,
        card: &Card,
        row: &Row,
        rect: Rect,
        times: (u64, u64),
    ) -> fmt::Result {
        let Rect {
            x,
            y,
            width,
            height,
        } = rect;
        let (name, about) = self.texts(card, row);
        let room = characters((width - 26.0 - chars(&about) * SMALL) / NAME);
        let text = y + height / 2.0 + 4.5;
        let shown = Escaped(shortened(&name, room));
        let Some(&first) = row.spans.first() else {
            return writeln!(
                out,
                r#"<text class="quiet" x="{:.0}" y="{text:.0}">{}</text>"#,
                x + 10.0,
                Escaped(name),
            );
        };
        let node = self.view.graph.node(first);
        let mut class = classes(node).to_owned();
        let is_selected = self
            .view
            .selected
            .is_some_and(|selected| row.spans.contains(&selected));
        if is_selected {
            class += " selected";
        }
        let current = if is_selected {
            r#" aria-current="true""#
        } else {
            ""
        };
        match (self.hrefs, node) {
            (Hrefs::To(path), Node::Span(span)) => write!(
                out,
                r#"<a href="{path}{}/{}" id="s{}-{}"{current}>"#,
                span.trace, span.id, span.trace, span.id,
            )?,
            _ => out.write_str("<g>")?,
        }
        write!(
            out,
            r#"<title>{}</title><rect class="{class}" x="{x:.0}" y="{y:.1}" width="{width:.0}" height="{height:.1}" rx="6"/>"#,
            Escaped(tooltip(node, row)),
        )?;
        if let (true, Node::Span(span)) = (self.times, node) {
            track(out, span, rect, times)?;
        }
        write!(
            out,
            r#"<text class="name" x="{:.0}" y="{text:.1}">{shown}</text><text class="kind" x="{:.0}" y="{text:.1}">{}</text>"#,
            x + 10.0,
            x + width - 10.0,
            Escaped(about),
        )?;
        match (self.hrefs, node) {
            (Hrefs::To(_), Node::Span(_)) => writeln!(out, "</a>"),
            _ => writeln!(out, "</g>"),
        }
    }

    /// Draws the name of a row, and the text beside it.
    fn texts(&self, card: &Card, row: &Row) -> (String, String) {
        let Some(&first) = row.spans.first() else {
            let failed = match card.failed_more {
                0 => String::new(),
                failed => format!(", {failed} of them failed or cancelled"),
            };
            return (format!("… {} more spans{failed}", card.more), String::new());
        };
        let graph = &self.view.graph;
        let count = row.spans.len();
        let times = if count > card.traces.len() {
            format!("×{count} ")
        } else {
            String::new()
        };
        let Node::Span(span) = graph.node(first) else {
            let id = graph.node(first).ids().1.to_string();
            let name = match count {
                1 => format!("span {}…", &id[..6]),
                more => format!("{more} spans"),
            };
            return (name, "not received".to_owned());
        };
        let mark = match span.outcome() {
            Outcome::Fine => "",
            Outcome::Failed => "✕ ",
            Outcome::Cancelled => "⊘ ",
        };
        let orphan = if graph.is_orphan(first) { "⋯ " } else { "" };
        let about = match span.outcome() {
            Outcome::Fine => kind(span),
            Outcome::Failed => "failed".to_owned(),
            Outcome::Cancelled => "cancelled".to_owned(),
        };
        let took = match count {
            1 if self.times => format!(" · {}", Took(span.ended() - span.start)),
            _ => String::new(),
        };
        (
            format!("{mark}{orphan}{}", shortened(&span.name, 60)),
            format!("{times}{about}{took}"),
        )
    }

    fn label(&self, out: &mut fmt::Formatter<'_>, arrow: &Arrow, x: f64, y: f64) -> fmt::Result {
        let (relationship, about) = self.labels(arrow);
        let class = match arrow.between {
            Some(between) if between.is_skewed() => "between skewed",
            _ => "between",
        };
        writeln!(
            out,
            r#"<text class="relationship" x="{x:.0}" y="{:.1}">{}</text><text class="{class}" x="{x:.0}" y="{:.1}">{}</text>"#,
            y - 4.0,
            Escaped(relationship),
            y + 12.0,
            Escaped(about),
        )
    }

    /// Returns the texts above and below the line of an arrow.
    fn labels(&self, arrow: &Arrow) -> (String, String) {
        let relationship = shortened(&arrow.relationship, RELATIONSHIP).into_owned();
        let mut about = Vec::new();
        if arrow.count > 1 {
            about.push(format!("×{}", arrow.count));
        }
        if let (true, Some(between)) = (self.times, arrow.between) {
            about.push(between.to_string());
        }
        (relationship, about.join(" · "))
    }

    fn described(&self, arrow: &Arrow) -> String {
        let mut described = format!("linked: {}", arrow.relationship);
        if let (true, Some(between)) = (self.times, arrow.between) {
            described += &format!(", {between}");
        }
        if arrow.count > 1 {
            described += &format!(", {} links", arrow.count);
        }
        described
    }

    fn is_ghost(&self, card: &Card) -> bool {
        card.more == 0 && card.rows.iter().all(|row| is_ghost(&self.view.graph, row))
    }

    fn spans(&self, card: &Card) -> impl Iterator<Item = &Span> {
        let trace = &self.view.graph.traces()[card.traces[0]];
        trace
            .iter()
            .filter_map(|&span| self.view.graph.node(span).span())
    }

    /// The start and the end of a card's trace.
    fn times_of(&self, card: usize) -> (u64, u64) {
        let spans: Vec<&Span> = self.spans(&self.view.folded.cards[card]).collect();
        extent(&spans)
    }
}

fn extent(spans: &[&Span]) -> (u64, u64) {
    let start = spans.iter().map(|span| span.start).min();
    let end = spans.iter().map(|span| span.ended()).max();
    (start.unwrap_or_default(), end.unwrap_or_default())
}

/// Draws the time of a span within its trace, as a line at the foot of its bar.
fn track(
    out: &mut fmt::Formatter<'_>,
    span: &Span,
    rect: Rect,
    (start, end): (u64, u64),
) -> fmt::Result {
    let room = rect.width - 12.0;
    let part = |time: u64| ratio(time.saturating_sub(start), end.saturating_sub(start)) * room;
    let (from, to) = (part(span.start), part(span.ended()));
    let length = (to - from).max(2.0).min(room);
    let from = from.min(room - length);
    write!(
        out,
        r#"<rect class="track" x="{:.1}" y="{:.1}" width="{length:.1}" height="{TRACK}" rx="1.5"/>"#,
        rect.x + 6.0 + from,
        rect.y + rect.height - TRACK - 1.5,
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a pixel is larger than what is lost"
)]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn kind(span: &Span) -> String {
    if span.is_fan_in() {
        "fan-in".to_owned()
    } else {
        span.kind.to_string()
    }
}

fn classes(node: Node<'_>) -> &'static str {
    let Node::Span(span) = node else {
        return "bar ghost";
    };
    let is_fan_in = span.is_fan_in();
    match (span.outcome(), span.kind) {
        (Outcome::Failed, _) => "bar failed",
        (Outcome::Cancelled, _) => "bar cancelled",
        _ if is_fan_in => "bar fan-in",
        (_, crate::Kind::Producer) => "bar producer",
        (_, crate::Kind::Consumer) => "bar consumer",
        _ => "bar",
    }
}

fn tooltip(node: Node<'_>, row: &Row) -> String {
    let (trace, id) = node.ids();
    let Node::Span(span) = node else {
        return format!("A link leads to span {id} of trace {trace}, which was not received");
    };
    let mut text = format!("{} ({}, {})", span.name, kind(span), span.service);
    if let crate::Status::Error(description) = &span.status {
        text += &format!(", failed: {description}");
    }
    if span.end < span.start {
        text += ", its end is before its start";
    }
    if row.spans.len() > 1 {
        text += &format!(", and {} spans like it", row.spans.len() - 1);
    }
    text
}

fn key(out: &mut fmt::Formatter<'_>, x: f64, y: f64) -> fmt::Result {
    writeln!(
        out,
        r#"<path class="link" d="M{:.0} {:.0}h42" marker-end="url(#head)"/><text class="quiet" x="{:.0}" y="{y:.0}">a link: from the producer to the span that handles its event</text>"#,
        x - 206.0,
        y - 4.0,
        x - 152.0,
    )
}

#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn chars(text: &str) -> f64 {
    text.chars().count() as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float converts to the nearest number"
)]
fn characters(room: f64) -> usize {
    room.max(4.0) as usize
}
