//! The allowed imports; CONTRIBUTING.md has the reasons.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;

/// The folders below `runtime/src`, from the top down. A folder only imports folders that come after it.
pub const FOLDERS: [&str; 20] = [
    "macros",
    "testing",
    "fan_in",
    "fan_in/memory",
    "fan_in/postgres",
    "fan_in/redis",
    "fan_in/sqlite",
    "fan_in/durable",
    "fan_in/core",
    "messaging",
    "messaging/pages",
    "span",
    "metrics",
    "event",
    "message",
    "carrier",
    "propagation",
    "propagation/w3c",
    "origin",
    "support",
];

/// The limit of files directly in `runtime/src`.
const MOST_AT_THE_ROOT: usize = 5;

/// Checks all rules, and returns the violations.
#[must_use]
pub fn check(graph: &Graph) -> Vec<String> {
    let mut broken = check_root(graph);
    broken.extend(check_folders(graph));
    broken.extend(check_circles(graph));
    broken
}

fn check_root(graph: &Graph) -> Vec<String> {
    let at_the_root = graph
        .imports
        .keys()
        .filter(|name| !name.contains('/'))
        .count();
    let is_broken = at_the_root > MOST_AT_THE_ROOT;
    let message = format!(
        "move files of runtime/src into folders: it has {at_the_root}, and may have {MOST_AT_THE_ROOT}"
    );
    is_broken.then_some(message).into_iter().collect()
}

fn check_folders(graph: &Graph) -> Vec<String> {
    let mut broken = BTreeSet::new();
    for (file, imports) in &graph.mentions {
        let Some(own) = folder(file) else {
            continue;
        };
        let Some(place) = place(own) else {
            broken.insert(format!(
                "add the folder {own} to the list in tests/imports/src/rules.rs, at its place"
            ));
            continue;
        };
        for import in imports {
            let is_above = match folder(import) {
                Some(other) => self::place(other).is_some_and(|other| other < place),
                None => true,
            };
            // A module's own file may re-export what its folders define.
            let is_own = file
                .strip_suffix("mod.rs")
                .is_some_and(|own| import.starts_with(own))
                && !graph.imports[file].contains(import);
            if is_above && !is_own {
                broken.insert(format!("let {file} not import {import}, which is above it"));
            }
        }
    }
    broken.into_iter().collect()
}

/// Checks that no two files import each other.
#[must_use]
pub fn check_circles(graph: &Graph) -> Vec<String> {
    let circles = graph.circles();
    let messages = circles.iter().map(|circle| {
        let files: Vec<&str> = circle.iter().map(String::as_str).collect();
        let edges = edges(graph, circle).join("\n    ");
        format!("cut the circle {}:\n    {edges}", files.join(" "))
    });
    messages.collect()
}

fn edges(graph: &Graph, circle: &BTreeSet<String>) -> Vec<String> {
    let imports = |file: &String| {
        let inside: Vec<String> = graph.imports[file].intersection(circle).cloned().collect();
        format!("{file} imports {}", inside.join(", "))
    };
    circle.iter().map(imports).collect()
}

/// Returns the imports between folders.
#[must_use]
pub fn folders(graph: &Graph) -> BTreeMap<String, BTreeSet<String>> {
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, imports) in &graph.imports {
        let Some(own) = folder(file) else {
            continue;
        };
        let others = imports.iter().filter_map(|import| folder(import));
        let others = others.filter(|other| *other != own).map(ToOwned::to_owned);
        folders.entry(own.to_owned()).or_default().extend(others);
    }
    folders
}

fn folder(file: &str) -> Option<&str> {
    file.rsplit_once('/').map(|(folder, _)| folder)
}

/// Returns a folder's place. A folder that is not listed has the place of its parent.
fn place(folder: &str) -> Option<usize> {
    let known = FOLDERS.iter().position(|known| *known == folder);
    known.or_else(|| {
        folder
            .rsplit_once('/')
            .and_then(|(around, _)| place(around))
    })
}
