//! Checks `DIFFERENCE.md`, the list of lints that the attribute changes.
//!
//! After a change of this crate, or for another compiler, run `.ci/lints update` and review the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Groups of lints, and lints outside of them.
const LINTS: [&str; 56] = [
    "unused",
    "closure_returning_async_block",
    "elided_lifetimes_in_paths",
    "explicit_outlives_requirements",
    "let_underscore_drop",
    "single_use_lifetimes",
    "tail_expr_drop_order",
    "trivial_casts",
    "trivial_numeric_casts",
    "unit_bindings",
    "unused_lifetimes",
    "unused_qualifications",
    "unused_results",
    "variant_size_differences",
    "clippy::all",
    "clippy::cargo",
    "clippy::nursery",
    "clippy::pedantic",
    "clippy::absolute_paths",
    "clippy::allow_attributes",
    "clippy::allow_attributes_without_reason",
    "clippy::arithmetic_side_effects",
    "clippy::as_conversions",
    "clippy::clone_on_ref_ptr",
    "clippy::default_numeric_fallback",
    "clippy::else_if_without_else",
    "clippy::expect_used",
    "clippy::if_then_some_else_none",
    "clippy::impl_trait_in_params",
    "clippy::implicit_return",
    "clippy::indexing_slicing",
    "clippy::infinite_loop",
    "clippy::let_underscore_must_use",
    "clippy::let_underscore_untyped",
    "clippy::map_err_ignore",
    "clippy::min_ident_chars",
    "clippy::mixed_read_write_in_expression",
    "clippy::needless_raw_strings",
    "clippy::panic",
    "clippy::panic_in_result_fn",
    "clippy::pattern_type_mismatch",
    "clippy::question_mark_used",
    "clippy::redundant_type_annotations",
    "clippy::ref_patterns",
    "clippy::same_name_method",
    "clippy::semicolon_inside_block",
    "clippy::semicolon_outside_block",
    "clippy::shadow_reuse",
    "clippy::shadow_same",
    "clippy::shadow_unrelated",
    "clippy::std_instead_of_alloc",
    "clippy::std_instead_of_core",
    "clippy::str_to_string",
    "clippy::unreachable",
    "clippy::unwrap_in_result",
    "clippy::unwrap_used",
];

/// The reason of each difference.
const REASONS: [(&str, &str); 11] = [
    (
        "clippy::implicit_return",
        "the expansion ends without `return`, as one with it would hide other lints: write `#[allow(clippy::implicit_return)]` on the handler",
    ),
    (
        "clippy::manual_async_fn",
        "the body is a span around the block",
    ),
    (
        "clippy::missing_const_for_fn",
        "a span cannot be opened in a `const fn`",
    ),
    (
        "clippy::needless_lifetimes",
        "the expansion names the return type in the body",
    ),
    (
        "clippy::needless_pass_by_value",
        "the body's closure takes its parameters by value, which drops them in time",
    ),
    (
        "clippy::needless_return",
        "the body is the arm of a `match`",
    ),
    (
        "clippy::shadow_same",
        "a parameter that the body may not use is bound again in the body, so that rustc's lint about that stays",
    ),
    ("clippy::shadow_reuse", "as `clippy::shadow_same`"),
    ("clippy::unused_async", "the span is awaited"),
    ("clippy::unused_self", "`self` drops in the span"),
    (
        "clippy::used_underscore_binding",
        "a parameter that drops in the span is mentioned once more than in the body",
    ),
];

/// How often a lint is reported in a handler.
type Reports = BTreeMap<(String, String), usize>;

#[test]
fn difference_between_handlers_with_and_without_the_attribute_is_listed() {
    let (without, with) = (reports(&[]), reports(&["--features", "attribute"]));
    assert!(without.len() > 50, "clippy was not run: {without:?}");
    let found = page(&without, &with);
    assert!(!found.contains("not explained"), "{found}");
    let file = root().join("DIFFERENCE.md");
    if std::env::var("LINTS").as_deref() == Ok("update") {
        std::fs::write(&file, &found).expect("a file that can be written");
    }
    let listed = std::fs::read_to_string(file).expect("a list");
    assert_eq!(
        listed, found,
        "the attribute changes other lints than DIFFERENCE.md says"
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Returns clippy's reports on the handlers.
fn reports(features: &[&str]) -> Reports {
    let handlers = handlers();
    let force = LINTS.iter().flat_map(|lint| ["--force-warn", lint]);
    let output = Command::new(env!("CARGO"))
        // The dependencies are linted elsewhere.
        .args([
            "clippy",
            "--quiet",
            "--lib",
            "--no-deps",
            "--message-format",
            "json",
        ])
        .args(features)
        .args([
            "--target-dir",
            concat!(env!("CARGO_TARGET_TMPDIR"), "/lints"),
        ])
        .arg("--")
        .args(force)
        .current_dir(root())
        .output()
        .expect("cargo clippy");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut reports = Reports::new();
    for line in text.lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let message = &message["message"];
        let Some(lint) = message["code"]["code"].as_str() else {
            continue;
        };
        let spans = message["spans"].as_array().into_iter().flatten();
        let Some(line) = spans
            .filter(|span| span["is_primary"] == true)
            .find_map(|span| span["line_start"].as_u64())
        else {
            continue;
        };
        let handler = handlers.range(..=line).next_back();
        if let Some((_, handler)) = handler {
            *reports
                .entry((lint.to_owned(), handler.clone()))
                .or_default() += 1;
        }
    }
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    reports
}

/// Returns the first line of each handler, with its name.
fn handlers() -> BTreeMap<u64, String> {
    let source = std::fs::read_to_string(root().join("src/lib.rs")).expect("the handlers");
    let mut handlers = BTreeMap::new();
    let (mut begins, mut is_named) = (1, false);
    for (number, line) in (1..).zip(source.lines()) {
        if line.is_empty() {
            (begins, is_named) = (number, false);
        } else if let (false, Some((_, rest))) = (
            is_named,
            line.split_once("pub fn ")
                .or_else(|| line.split_once("pub async fn ")),
        ) {
            is_named = true;
            let name: String = rest
                .chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect();
            handlers.insert(begins, name);
        }
    }
    assert_eq!(handlers.len(), 50, "{handlers:?}");
    handlers
}

fn page(without: &Reports, with: &Reports) -> String {
    let keys: BTreeSet<_> = without.keys().chain(with.keys()).collect();
    let mut lines: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for key in keys {
        let (lint, handler) = key;
        let count = |reports: &Reports| reports.get(key).copied().unwrap_or_default();
        let (before, after) = (count(without), count(with));
        let change = match before.cmp(&after) {
            std::cmp::Ordering::Less => "more",
            std::cmp::Ordering::Equal => continue,
            std::cmp::Ordering::Greater => "fewer",
        };
        lines.entry((lint, change)).or_default().push(handler);
    }
    let all: usize = without.values().sum();
    let lints: BTreeSet<_> = without.keys().map(|(lint, _)| lint).collect();
    let mut page = format!(
        "# Lints that the attribute changes\n\n\
         Made by `.ci/lints update`, and checked by `.ci/run`: 50 handlers with and without\n\
         `#[linked_span]`, of which clippy reports {all} times one of {} lints. `more`: reported with the attribute only.\n\n\
         | lint | with the attribute | handlers | why |\n| --- | --- | --- | --- |\n",
        lints.len()
    );
    // The comparison is only useful if the handlers raise many lints.
    assert!(lints.len() > 40, "{lints:?}");
    for ((lint, change), handlers) in lines {
        let handlers: Vec<_> = handlers.iter().map(|name| format!("`{name}`")).collect();
        let reason = REASONS.iter().find(|(known, _)| *known == lint);
        let reason = reason.map_or("not explained", |(_, reason)| reason);
        let _ = writeln!(
            page,
            "| `{lint}` | {change} | {} | {reason} |",
            handlers.join(", ")
        );
    }
    page
}
