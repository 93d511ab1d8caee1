//! The queries in the documentation of `linked_span::metrics`. Prometheus's tool runs those of
//! tests/metrics/promql.yml.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../runtime/src/metrics/mod.rs");
const RUN: &str = include_str!("../../promql.yml");

#[test]
fn queries_of_the_page_are_those_that_prometheus_runs() {
    let mut of_page = BTreeSet::new();
    let mut in_query = false;
    for line in PAGE.lines() {
        let line = line.trim_start_matches("//!").trim();
        match line {
            "```promql" => in_query = true,
            "```" => in_query = false,
            query if in_query => {
                of_page.insert(query);
            }
            _ => {}
        }
    }
    let run = RUN
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- expr: '"));
    let run: BTreeSet<&str> = run.map(|line| line.trim_end_matches('\'')).collect();
    assert_eq!(of_page, run);
    assert_eq!(run.len(), 6, "five queries, one of them in two forms");
}
