//! The details of a span, with its causes and effects.

use flow_drawing::{Attribute, Escaped, Graph, Node, Outcome, Span, Status, Took, shortened};

use super::shell::counted;
use super::when::When;

/// The number of entries that a list shows.
const SHOWN: usize = 100;
/// The number of characters that are shown of a value.
const VALUE: usize = 2_000;

/// The section of the selected span.
pub(super) fn section(graph: &Graph<'_>, selected: usize) -> String {
    let Node::Span(span) = graph.node(selected) else {
        return "<section class=\"span\" id=\"span\"><h2>Not received</h2><p>A link leads to this span. The span itself \
                has not arrived.</p></section>"
            .to_owned();
    };
    let mut section = format!(
        "<section class=\"span\" id=\"span\" aria-label=\"The selected span\">\n<h2>{}</h2>\n",
        Escaped(shortened(&span.name, 200)),
    );
    section += &facts(graph, selected, span);
    section += &causes(graph, selected, span);
    section += &effects(graph, selected);
    section += "<h3>Attributes</h3>";
    section += &attributes(&span.attributes);
    section += &events(span);
    section + "</section>\n"
}

fn facts(graph: &Graph<'_>, selected: usize, span: &Span) -> String {
    let mut facts = format!(
        "<p>{}, {}, ",
        span.kind,
        Escaped(shortened(&span.service, 100))
    );
    if span.end < span.start {
        facts += "ended before it started: its clock was set back";
    } else {
        facts += &Took(span.end - span.start).to_string();
    }
    facts += &format!(", started {}</p>\n", When(span.start));
    match (span.outcome(), &span.status) {
        (Outcome::Failed, Status::Error(description)) => {
            facts += &format!(
                "<p class=\"bad\"><strong>✕ failed</strong> {}</p>\n",
                Escaped(shortened(description, VALUE)),
            );
        }
        (Outcome::Cancelled, _) => {
            facts += "<p class=\"bad\"><strong>⊘ cancelled</strong> before it was done</p>\n";
        }
        _ => {}
    }
    if let Some(parent) = graph.parent(selected) {
        facts += &format!("<p>Part of {}</p>\n", reference(graph, parent));
    } else if graph.is_orphan(selected) {
        facts += "<p>⋯ Its parent was not received.</p>\n";
    }
    facts
        + &format!(
            "<p class=\"quiet ids\">trace {}<br>span {}</p>\n",
            span.trace, span.id,
        )
}

fn causes(graph: &Graph<'_>, selected: usize, span: &Span) -> String {
    let mut causes = String::new();
    for link in span.links.iter().take(SHOWN) {
        let producer = link.to.and_then(|(trace, span)| graph.find(trace, span));
        let (name, between) = match producer {
            Some(producer) => (
                reference(graph, producer),
                between(graph, producer, selected),
            ),
            None => (
                "<em>a link without a valid context</em>".to_owned(),
                String::new(),
            ),
        };
        causes += &format!(
            "<li>{name} <span class=\"relation\">{}</span>{between}{}</li>\n",
            Escaped(shortened(link.relationship(), 200)),
            attributes(&link.attributes),
        );
    }
    list("Caused by", "causes", span.links.len(), &causes)
}

fn effects(graph: &Graph<'_>, selected: usize) -> String {
    let handlers = graph.handlers(selected);
    let mut effects = String::new();
    for &handler in handlers.iter().take(SHOWN) {
        let link = graph
            .links(handler)
            .iter()
            .find(|link| link.producer == selected);
        effects += &format!(
            "<li>{} <span class=\"relation\">{}</span>{}</li>\n",
            reference(graph, handler),
            Escaped(shortened(
                link.map_or("", |link| link.link.relationship()),
                200
            )),
            between(graph, selected, handler),
        );
    }
    list("Handled by", "effects", handlers.len(), &effects)
}

fn list(title: &str, id: &str, count: usize, entries: &str) -> String {
    if count == 0 {
        return String::new();
    }
    let more = match count - count.min(SHOWN) {
        0 => String::new(),
        more => format!("<p>And {more} more.</p>"),
    };
    format!("<h3 id=\"{id}\">{title} {count}</h3>\n<ul>{entries}</ul>{more}")
}

fn between(graph: &Graph<'_>, producer: usize, handler: usize) -> String {
    let between = graph.between(producer, handler);
    between
        .map(|between| format!(" <span class=\"quiet\">after {between}</span>"))
        .unwrap_or_default()
}

/// A link to a span, by its name and its service.
fn reference(graph: &Graph<'_>, node: usize) -> String {
    let Node::Span(span) = graph.node(node) else {
        let (trace, span) = graph.node(node).ids();
        return format!(
            "<em>not received</em> <span class=\"quiet ids\">trace {trace}, span {span}</span>"
        );
    };
    let mark = match span.outcome() {
        Outcome::Fine => "",
        Outcome::Failed => "✕ ",
        Outcome::Cancelled => "⊘ ",
    };
    format!(
        "{mark}<a href=\"/flow/{}/{}\">{}</a> <span class=\"quiet\">{}</span>",
        span.trace,
        span.id,
        Escaped(shortened(&span.name, 100)),
        Escaped(shortened(&span.service, 40)),
    )
}

fn attributes(attributes: &[Attribute]) -> String {
    if attributes.is_empty() {
        return "<p class=\"quiet\">no attributes</p>".to_owned();
    }
    let mut rows = String::from("<dl>");
    for Attribute { key, value } in attributes.iter().take(SHOWN) {
        rows += &format!(
            "<dt>{}</dt><dd>{}</dd>",
            Escaped(shortened(key, 200)),
            Escaped(shortened(value, VALUE)),
        );
    }
    let more = attributes.len() - attributes.len().min(SHOWN);
    if more > 0 {
        rows += &format!("<dt>…</dt><dd>{} more</dd>", counted(more, "attribute"));
    }
    rows + "</dl>"
}

fn events(span: &Span) -> String {
    let mut events = String::new();
    for event in span.events.iter().take(SHOWN) {
        events += &format!(
            "<li>{} <span class=\"quiet\">{}</span>{}</li>\n",
            Escaped(shortened(&event.name, 200)),
            When(event.time),
            attributes(&event.attributes),
        );
    }
    list("Events", "events", span.events.len(), &events)
}
