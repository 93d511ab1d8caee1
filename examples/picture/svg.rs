//! The layout as SVG.

use std::fmt;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanKind};
use opentelemetry_sdk::trace::SpanData;

use crate::layout::{self, Arrow, BAR_HEIGHT, Bar, HEAD, Layout, MARGIN, Panel};
use crate::style::STYLE;

/// Displays a layout, with a caption above each column and a key below.
pub(crate) struct Picture<'s> {
    pub(crate) title: &'s str,
    pub(crate) captions: &'s [&'s str],
    pub(crate) layout: &'s Layout<'s>,
}

impl fmt::Display for Picture<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Layout { width, height, .. } = self.layout;
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">"#,
        )?;
        writeln!(out, "<title>{}</title>", Escaped(self.title))?;
        writeln!(out, "<style>\n{STYLE}</style>")?;
        writeln!(
            out,
            r#"<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 10 5 0 10z"/></marker>"#,
        )?;
        writeln!(
            out,
            r#"<rect class="card" x=".5" y=".5" width="{}" height="{}" rx="12"/>"#,
            width - 1,
            height - 1,
        )?;
        self.captions(out)?;
        for (number, panel) in (1..).zip(&self.layout.panels) {
            draw_panel(out, number, panel)?;
        }
        for arrow in &self.layout.arrows {
            draw_arrow(out, arrow)?;
        }
        self.key(out)?;
        writeln!(out, "</svg>")
    }
}

impl Picture<'_> {
    fn captions(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (column, caption) in (0..).zip(self.captions) {
            let (x, y) = (layout::column_middle(column), MARGIN + HEAD / 2);
            let caption = Escaped(caption);
            writeln!(
                out,
                r#"<text class="caption" x="{x}" y="{y}">{caption}</text>"#
            )?;
        }
        Ok(())
    }

    /// What an arrow means.
    fn key(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (x, y) = (self.layout.width / 2, self.layout.height - MARGIN);
        let (from, to, middle) = (x - 138, x - 180, y - 4);
        writeln!(
            out,
            r#"<path class="link" d="M{from} {middle}H{to}" marker-end="url(#head)"/>"#,
        )?;
        writeln!(
            out,
            r#"<text class="quiet" x="{}" y="{y}">a link, from a handler's span to its event's producer</text>"#,
            x - 126,
        )
    }
}

fn draw_panel(out: &mut fmt::Formatter<'_>, number: usize, panel: &Panel<'_>) -> fmt::Result {
    let Panel {
        x,
        y,
        width,
        height,
        ..
    } = panel;
    writeln!(
        out,
        r#"<rect class="panel" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>"#,
    )?;
    writeln!(
        out,
        r#"<text class="quiet" x="{}" y="{}">trace {number}</text>"#,
        x + 12,
        y + 20,
    )?;
    panel.bars.iter().try_for_each(|bar| draw_bar(out, bar))
}

fn draw_bar(out: &mut fmt::Formatter<'_>, bar: &Bar<'_>) -> fmt::Result {
    let Bar { span, x, y, width } = bar;
    writeln!(
        out,
        r#"<rect class="{}" x="{x}" y="{y}" width="{width}" height="{BAR_HEIGHT}" rx="6"/>"#,
        kind(span),
    )?;
    writeln!(
        out,
        r#"<text class="name" x="{}" y="{}">{}</text>"#,
        x + 10,
        y + 20,
        Escaped(&span.name),
    )?;
    writeln!(
        out,
        r#"<text class="kind" x="{}" y="{}">{}</text>"#,
        x + width - 10,
        y + 19,
        kind(span),
    )
}

/// What a span is: its kind, or a fan-in, which has none of its own.
fn kind(span: &SpanData) -> &'static str {
    let is_fan_in = |known: &KeyValue| known.key.as_str() == "fan_in.key";
    match span.span_kind {
        _ if span.attributes.iter().any(is_fan_in) => "fan-in",
        SpanKind::Client => "client",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal => "internal",
        SpanKind::Producer => "producer",
        SpanKind::Server => "server",
    }
}

fn draw_arrow(out: &mut fmt::Formatter<'_>, arrow: &Arrow<'_>) -> fmt::Result {
    let ((x1, y1), (x2, y2)) = (arrow.from, arrow.to);
    let bend = (x1 - x2) / 2;
    writeln!(
        out,
        r#"<path class="link" d="M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}" marker-end="url(#head)"/>"#,
        x1 - bend,
        x2 + bend,
    )?;
    writeln!(
        out,
        r#"<text class="relationship" x="{}" y="{}">{}</text>"#,
        x1 - bend,
        y1 + (y2 - y1) / 2 + 4,
        Escaped(&relationship(arrow.link)),
    )
}

fn relationship(link: &Link) -> String {
    let mut attributes = link.attributes.iter();
    let said = attributes.find(|known| known.key.as_str() == "link.relationship");
    said.map(|known| known.value.to_string())
        .unwrap_or_default()
}

/// Text as it stands in XML.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.replace('&', "&amp;").replace('<', "&lt;"))
    }
}
