//! Each rule of the state machine has a row in `RULES.md`, and each test in a row exists.

const STATE: &str = include_str!("../../runtime/src/fan_in/core/state.rs");
const TABLE: &str = include_str!("RULES.md");
const INVARIANTS: [&str; 2] = [include_str!("witness.rs"), include_str!("probes.rs")];
const CONFORMANCE: &str = include_str!("../../runtime/src/testing/conformance/mod.rs");

/// Returns the rules of the state machine's page, as the table writes them.
fn rules() -> Vec<String> {
    let lines = STATE.lines().filter_map(|line| line.strip_prefix("//! "));
    let rules = lines.filter_map(|line| {
        let (before, after) = line.split_once(" -> ")?;
        // At least two spaces separate the states from the event.
        let (states, event) = before.split_once("  ")?;
        Some(format!(
            "{}: {} -> {}",
            states.trim(),
            event.trim(),
            after.trim()
        ))
    });
    rules.collect()
}

/// Returns the cells of each row.
fn rows() -> Vec<[&'static str; 3]> {
    let rows = TABLE.lines().filter(|line| line.contains(" -> "));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim));
    cells
        .map(|cells| {
            let cells: Vec<_> = cells.collect();
            <[_; 3]>::try_from(cells).expect("three cells")
        })
        .collect()
}

#[test]
fn table_of_rules_has_each_rule_of_the_state_machine() {
    let listed: Vec<_> = rows().into_iter().map(|[rule, ..]| rule).collect();
    assert_eq!(listed, rules());
    assert_eq!(listed.len(), 18);
}

#[test]
fn tests_in_the_table_of_rules_exist() {
    for [rule, invariants, conformance] in rows() {
        for invariant in invariants.split("; ") {
            let quoted = format!("\"{invariant}\"");
            let exists = INVARIANTS.iter().any(|source| source.contains(&quoted));
            assert!(exists, "no invariant {quoted}: {rule}");
        }
        for kept in conformance.split("; ") {
            let quoted = format!("\"{kept}\"");
            assert!(
                CONFORMANCE.contains(&quoted),
                "no rule {quoted} of the conformance suite: {rule}"
            );
        }
    }
}
