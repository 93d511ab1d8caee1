//! Spans as text.

use flow_drawing::Tree;

use crate::build::{child, link, span};

#[test]
fn tree_shows_spans_below_their_parents_and_links_below_their_handlers() {
    let producer = span(0, "send");
    let handler = link(span(1, "handle"), &producer, "because");
    let spans = [child(&handler, 1, "inner"), handler, producer];
    assert_eq!(
        Tree::of(&spans).to_string(),
        "trace 0000…\n\
         \x20 send (consumer, span 0000…)\n\
         trace 0000…\n\
         \x20 handle (consumer, span 0000…)\n\
         \x20   -> linked to send (trace 0000…, span 0000…) link.relationship=because\n\
         \x20   inner (internal, span 0000…)\n"
    );
}

#[test]
fn tree_executes_nothing_in_a_terminal() {
    let spans = [span(0, "clear\u{1b}[2Jscreen\r\n")];
    let tree = Tree::of(&spans).to_string();
    assert!(
        tree.contains("clear\\u{1b}[2Jscreen\\u{d}\\u{a} (consumer"),
        "{tree}"
    );
}
