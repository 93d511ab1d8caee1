//! A flow.

use flow_drawing::{Escaped, Graph, Hrefs, Picture, SpanId, Took, TraceId, View, shortened, view};

use super::details;
use super::list::services;
use super::shell::{self, counted};
use super::when::When;
use crate::store::{Snapshot, Store, Summary};

/// The number of traces that are listed below a flow.
const TRACES: usize = 200;

/// The page of the flow that a trace is in, with a span of that trace selected.
pub(super) fn page(store: &Store, trace: TraceId, span: Option<SpanId>) -> Option<String> {
    let snapshot = store.flow(trace)?;
    let whole = Graph::of(snapshot.spans.iter().map(|span| &**span));
    let selected = span.and_then(|span| whole.find(trace, span));
    if span.is_some() && selected.is_none() {
        return None;
    }
    let details = selected.map(|selected| details::section(&whole, selected));
    let traces = traces(&whole);
    let view = seen(whole, &snapshot, selected);
    let Summary { name, .. } = &snapshot.summary;
    let mut main = head(&snapshot.summary, trace, span);
    if let Some(hidden) = view.hidden {
        main += &format!(
            r#"<p class="notice" id="hidden">This flow is too large for one picture. It shows what lies before and after <strong>{}</strong>. Hidden: {} and {}. Select a span to see what lies around it.</p>"#,
            Escaped(shortened(&hidden.around.name, 80)),
            counted(hidden.traces, "trace"),
            counted(hidden.spans, "span"),
        );
    }
    let picture = Picture {
        view: &view,
        title: name,
        captions: &[],
        times: true,
        alone: false,
        hrefs: Hrefs::To("/flow/"),
    };
    let beside = if details.is_some() { "split" } else { "whole" };
    main += &format!(
        "<div class=\"{beside}\"><div class=\"drawing\" id=\"drawing\" role=\"region\" aria-label=\"The flow\" tabindex=\"0\">\n{picture}</div>\n{}</div>\n{LEGEND}{traces}",
        details.unwrap_or_default(),
    );
    Some(shell::page(
        &format!("{} · flow", shortened(name, 60)),
        &store.kept(),
        &main,
    ))
}

/// The picture of the flow of a trace, for a file.
pub(super) fn picture(store: &Store, trace: TraceId, span: Option<SpanId>) -> Option<String> {
    let snapshot = store.flow(trace)?;
    let whole = Graph::of(snapshot.spans.iter().map(|span| &**span));
    let selected = span.and_then(|span| whole.find(trace, span));
    let view = seen(whole, &snapshot, selected);
    let picture = Picture {
        view: &view,
        title: &snapshot.summary.name,
        captions: &[],
        times: true,
        alone: true,
        hrefs: Hrefs::None,
    };
    Some(picture.to_string())
}

/// Selects the part around the selected span, or around the root of the latest span, if the flow is too large.
fn seen<'s>(whole: Graph<'s>, snapshot: &'s Snapshot, selected: Option<usize>) -> View<'s> {
    let (trace, span) = snapshot.summary.last;
    let mut around = whole.find(trace, span);
    while let Some(parent) = around.and_then(|span| whole.parent(span)) {
        around = Some(parent);
    }
    view(whole, selected, around)
}

fn head(flow: &Summary, trace: TraceId, span: Option<SpanId>) -> String {
    let span = span.map(|span| format!("/{span}")).unwrap_or_default();
    let failed = match flow.failed {
        0 => String::new(),
        failed => format!(
            r#" · <strong class="bad">✕ {} failed or cancelled</strong>"#,
            counted(failed, "span")
        ),
    };
    format!(
        "<h1>{}</h1>\n<p class=\"summary\">{} · {} · {} · {} from start to end{failed} · started {} · <a href=\"/picture/{trace}{span}\" download=\"flow.svg\">Save the picture</a></p>\n",
        Escaped(shortened(&flow.name, 120)),
        Escaped(services(flow)),
        counted(flow.traces, "trace"),
        counted(flow.spans, "span"),
        Took(flow.end.saturating_sub(flow.start)),
        When(flow.start),
    )
}

const LEGEND: &str = "<p class=\"legend\">An arrow is a link: from the producer to the span that handles its event. \
     ✕ failed · ⊘ cancelled · dashed: not received · ⋯ its parent was not received · ×2 several that are alike</p>\n";

/// Lists all traces, for screen readers, and because the picture may hide some.
fn traces(whole: &Graph<'_>) -> String {
    let mut rows = String::new();
    let mut count = 0;
    for trace in whole.traces() {
        let root = trace.iter().find(|&&node| whole.parent(node).is_none());
        let Some(span) = root.and_then(|&root| whole.node(root).span()) else {
            continue;
        };
        count += 1;
        if count <= TRACES {
            rows += &format!(
                "<li><a href=\"/flow/{}/{}\">{}</a> <span class=\"quiet\">{}, {}</span></li>\n",
                span.trace,
                span.id,
                Escaped(shortened(&span.name, 80)),
                Escaped(shortened(&span.service, 40)),
                counted(trace.len(), "span"),
            );
        }
    }
    let more = match count - count.min(TRACES) {
        0 => String::new(),
        more => format!("<p>And {} more.</p>", counted(more, "trace")),
    };
    format!(
        "<details class=\"traces\" id=\"traces\"><summary>{}</summary><ol>\n{rows}</ol>{more}</details>\n",
        counted(count, "trace"),
    )
}
