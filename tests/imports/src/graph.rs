//! The imports between files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path as FilePath, PathBuf};

use crate::resolve::{Files, Module, Target};
use crate::scan::scan;

/// The imports of a crate, by the names of its files: `span/request.rs`.
#[derive(Debug, Default)]
pub struct Graph {
    /// What each file imports.
    pub imports: BTreeMap<String, BTreeSet<String>>,
    /// What each file imports or re-exports.
    pub mentions: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Reads all files below a folder `src`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or its tokens are not Rust's.
    pub fn read(root: &FilePath) -> Result<Self, String> {
        let mut sources = Vec::new();
        find(root, root, &mut sources)?;
        Self::of(&sources)
    }

    /// Reads files from names and texts.
    ///
    /// # Errors
    ///
    /// If a text's tokens are not Rust's.
    pub fn of<N: AsRef<str>, T: AsRef<str>>(sources: &[(N, T)]) -> Result<Self, String> {
        let mut files = Files::default();
        let mut names = BTreeMap::new();
        for (name, source) in sources {
            let name = name.as_ref();
            let scanned = scan(source.as_ref()).map_err(|error| format!("{name}: {error}"))?;
            files.0.insert(module_of(name), scanned);
            names.insert(module_of(name), name.to_owned());
        }
        let mut graph = Self::default();
        for (module, scanned) in &files.0 {
            let lead = |paths: &BTreeSet<_>| -> BTreeSet<String> {
                let targets = paths
                    .iter()
                    .map(|(inline, path)| files.resolve(module, inline, path));
                targets
                    .filter_map(|target| file(target, module, &names))
                    .collect()
            };
            let imports = lead(&scanned.uses);
            let exports = lead(&scanned.exports);
            let name = &names[module];
            graph.mentions.insert(name.clone(), &imports | &exports);
            graph.imports.insert(name.clone(), imports);
        }
        Ok(graph)
    }

    /// Returns the circles: each is a set of files that import each other, directly or through others of the set.
    #[must_use]
    pub fn circles(&self) -> Vec<BTreeSet<String>> {
        circles(&self.imports)
    }
}

/// Returns the sets of names that lead to each other.
fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reachable: BTreeMap<&String, BTreeSet<&String>> = edges
        .keys()
        .map(|name| (name, reach(name, edges)))
        .collect();
    let circle = |name: &String| -> BTreeSet<String> {
        let leads_back = |other: &&&String| {
            reachable
                .get(**other)
                .is_some_and(|names| names.contains(name))
        };
        reachable[name]
            .iter()
            .filter(leads_back)
            .map(|other| (*other).clone())
            .collect()
    };
    let circles: BTreeSet<BTreeSet<String>> = edges.keys().map(circle).collect();
    circles
        .into_iter()
        .filter(|circle| circle.len() > 1)
        .collect()
}

fn reach<'a>(
    from: &'a String,
    edges: &'a BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        for next in edges.get(name).into_iter().flatten() {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}

fn file(target: Target, own: &Module, names: &BTreeMap<Module, String>) -> Option<String> {
    match target {
        Target::Item(module) if module != *own => names.get(&module).cloned(),
        Target::Item(_) | Target::Module(_) | Target::Elsewhere => None,
    }
}

/// Returns the module of a file: `span/mod.rs` is `span`, and `lib.rs` is the crate.
fn module_of(name: &str) -> Module {
    let name = name.trim_end_matches(".rs");
    let segments = name
        .split('/')
        .filter(|segment| !["mod", "lib"].contains(segment));
    segments.map(ToOwned::to_owned).collect()
}

fn find(
    root: &FilePath,
    folder: &FilePath,
    sources: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let fails = |path: &FilePath, error: std::io::Error| format!("{}: {error}", path.display());
    let entries = fs::read_dir(folder).map_err(|error| fails(folder, error))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| fails(folder, error))?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            find(root, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).map_err(|error| fails(&path, error))?;
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            sources.push((name, source));
        }
    }
    Ok(())
}
