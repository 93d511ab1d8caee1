//! Drawings of the imports as text.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::graph::Graph;
use crate::rules::{FOLDERS, folders};

/// Returns a line for each folder, from the top down, with the folders that it imports.
#[must_use]
pub fn of_folders(graph: &Graph) -> String {
    let folders = folders(graph);
    let width = FOLDERS
        .iter()
        .map(|folder| folder.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for folder in FOLDERS {
        let Some(imports) = folders.get(folder) else {
            continue;
        };
        let imports: Vec<&str> = FOLDERS
            .into_iter()
            .filter(|other| imports.contains(*other))
            .collect();
        let imports = if imports.is_empty() {
            "nothing".to_owned()
        } else {
            imports.join(", ")
        };
        let _ = writeln!(text, "{folder:width$} ─▶ {imports}");
    }
    text
}

/// Returns the files of a folder in rows: each file only imports files of lower rows.
#[must_use]
pub fn of_files(graph: &Graph, folder: &str) -> String {
    let inside = |file: &String| file.rsplit_once('/').is_some_and(|(own, _)| own == folder);
    let mut left: BTreeSet<&String> = graph.imports.keys().filter(|file| inside(file)).collect();
    let mut text = String::new();
    while !left.is_empty() {
        let is_free = |file: &&String| {
            !left
                .iter()
                .any(|other| graph.imports[*other].contains(*file) && other != file)
        };
        let mut row: BTreeSet<&String> = left.iter().copied().filter(is_free).collect();
        if row.is_empty() {
            // The files of a circle share a row.
            row.clone_from(&left);
        }
        let names: Vec<&str> = row
            .iter()
            .filter_map(|file| file.rsplit('/').next()?.strip_suffix(".rs"))
            .collect();
        let _ = writeln!(text, "{}", names.join("  "));
        left.retain(|file| !row.contains(file));
    }
    text
}
