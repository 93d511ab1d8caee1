//! The list of flows.

use flow_drawing::{Escaped, Took, shortened};

use super::shell;
use super::shell::counted;
use super::when::When;
use crate::store::{Store, Summary};

/// The number of flows on a page.
const PAGE: usize = 100;

/// Flows, the newest first. `after` newer ones are left out.
pub(super) fn page(store: &Store, after: usize) -> String {
    let mut flows = store.list(after, PAGE + 1);
    let kept = store.kept();
    let is_more = flows.len() > PAGE;
    flows.truncate(PAGE);
    let mut main = String::from("<h1>Flows</h1>\n");
    if flows.is_empty() && after == 0 {
        main += include_str!("empty.html");
    } else {
        main += "<table class=\"flows\"><thead><tr><th scope=\"col\">Flow</th><th scope=\"col\">Services</th>\
                 <th scope=\"col\" class=\"number\">Traces</th><th scope=\"col\" class=\"number\">Spans</th>\
                 <th scope=\"col\">From start to end</th><th scope=\"col\">Outcome</th><th scope=\"col\">Started</th></tr></thead>\n<tbody>\n";
        main.extend(flows.iter().map(row));
        main += "</tbody></table>\n";
    }
    if after > 0 {
        let newer = after.saturating_sub(PAGE);
        main += &format!(r#"<p><a href="/after/{newer}" rel="prev">Newer flows</a></p>"#);
    }
    if is_more {
        let older = after + PAGE;
        main += &format!(r#"<p><a href="/after/{older}" rel="next">Older flows</a></p>"#);
    }
    shell::page("flow", &kept, &main)
}

fn row(flow: &Summary) -> String {
    let name = shortened(&flow.name, 80);
    let outcome = match flow.failed {
        0 => "fine".to_owned(),
        failed => format!(
            r#"<strong class="bad">✕ {} failed or cancelled</strong>"#,
            counted(failed, "span")
        ),
    };
    format!(
        "<tr><td data-label=\"Flow\"><a href=\"/flow/{trace}\" id=\"f{trace}\">{}</a></td><td data-label=\"Services\">{}</td>\
         <td data-label=\"Traces\" class=\"number\">{}</td><td data-label=\"Spans\" class=\"number\">{}</td>\
         <td data-label=\"From start to end\">{}</td><td data-label=\"Outcome\">{outcome}</td><td data-label=\"Started\">{}</td></tr>\n",
        if name.is_empty() {
            Escaped("(no name)".into())
        } else {
            Escaped(name)
        },
        Escaped(services(flow)),
        flow.traces,
        flow.spans,
        Took(flow.end.saturating_sub(flow.start)),
        When(flow.start),
        trace = flow.trace,
    )
}

/// The first few names.
pub(super) fn services(flow: &Summary) -> String {
    let names: Vec<String> = flow
        .services
        .iter()
        .take(4)
        .map(|name| shortened(name, 40).into_owned())
        .collect();
    let more = flow.services.len() - names.len();
    let names = names.join(", ");
    if more > 0 {
        format!("{names} and {more} more")
    } else {
        names
    }
}
