//! Finds the file that defines what a path names.
//!
//! A re-export is transparent: a path through it leads to the file behind it.

use std::collections::BTreeMap;

use crate::scan::{Path, Scanned};

/// No chain of re-exports in the runtime is nearly this long. A circle of them would never end.
const MOST_STEPS: usize = 16;

/// A file, as the path of its module: `["fan_in", "memory"]`.
pub(crate) type Module = Path;

/// All files of a crate by their modules.
#[derive(Debug, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<Module, Scanned>);

/// The target of a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// An item that this file defines.
    Item(Module),
    /// A module. Other paths show which of its items are used.
    Module(Module),
    /// Another crate's item, or a name that no `use` imports.
    Elsewhere,
}

impl Files {
    /// Returns the target of a path that a file names in one of its inline modules.
    pub(crate) fn resolve(&self, file: &Module, inline: &Path, path: &Path) -> Target {
        self.steps(file, inline, path, MOST_STEPS)
    }

    fn steps(&self, file: &Module, inline: &Path, path: &Path, left: usize) -> Target {
        let Some(left) = left.checked_sub(1) else {
            return Target::Elsewhere;
        };
        let Some((first, rest)) = path.split_first() else {
            return Target::Elsewhere;
        };
        let here = [file.as_slice(), inline].concat();
        match first.as_str() {
            "crate" => self.walk(&Module::new(), rest, left),
            "self" => self.walk(&here, rest, left),
            "super" => match here.split_last() {
                Some((_, parent)) => self.continue_super(parent, rest, left),
                None => Target::Elsewhere,
            },
            _ => {
                let scanned = self.0.get(file);
                let name = (inline.clone(), first.clone());
                if let Some(imported) = scanned.and_then(|scanned| scanned.names.get(&name)) {
                    // `use serde;` would lead to itself.
                    if imported.first() == Some(first) && !self.is_module(&child(&here, first)) {
                        return Target::Elsewhere;
                    }
                    if imported != path {
                        let path = [imported.as_slice(), rest].concat();
                        return self.steps(file, inline, &path, left);
                    }
                }
                if self.is_module(&child(&here, first)) {
                    return self.walk(&here, path, left);
                }
                Target::Elsewhere
            }
        }
    }

    fn continue_super(&self, parent: &[String], rest: &[String], left: usize) -> Target {
        match rest.split_first() {
            Some((next, rest)) if next == "super" => match parent.split_last() {
                Some((_, parent)) => self.continue_super(parent, rest, left),
                None => Target::Elsewhere,
            },
            _ => self.walk(parent, rest, left),
        }
    }

    /// Follows segments down from a module, which may be inline in its file.
    fn walk(&self, from: &[String], segments: &[String], left: usize) -> Target {
        let mut module = from.to_vec();
        for (at, segment) in segments.iter().enumerate() {
            let next = child(&module, segment);
            if self.is_module(&next) {
                module = next;
                continue;
            }
            let Some((file, inline)) = self.file_of(&module) else {
                return Target::Elsewhere;
            };
            return self.item(&file, &inline, &segments[at..], left);
        }
        match self.file_of(&module) {
            Some((file, inline)) if inline.is_empty() => Target::Module(file),
            Some((file, _)) => Target::Item(file),
            None => Target::Elsewhere,
        }
    }

    /// Returns the target of a name in a module without a child module of this name.
    fn item(&self, file: &Module, inline: &Path, path: &[String], left: usize) -> Target {
        let own = Target::Item(file.clone());
        let (Some(scanned), Some((name, rest))) = (self.0.get(file), path.split_first()) else {
            return own;
        };
        if let Some(target) = scanned.names.get(&(inline.clone(), name.clone())) {
            let path = [target.as_slice(), rest].concat();
            return self.steps(file, inline, &path, left);
        }
        let globs = scanned.globs.iter().filter(|(module, _)| module == inline);
        for (_, glob) in globs {
            let target = self.steps(file, inline, glob, left);
            if let Target::Module(target) = target
                && self.exports(&target, name)
            {
                return self.walk(&target, path, left);
            }
        }
        own
    }

    fn exports(&self, file: &Module, name: &str) -> bool {
        let import = (Path::new(), name.to_owned());
        let has =
            |scanned: &Scanned| scanned.names.contains_key(&import) || scanned.items.contains(name);
        self.0.get(file).is_some_and(has)
    }

    fn is_module(&self, module: &Module) -> bool {
        self.0.contains_key(module)
            || self
                .file_of(module)
                .is_some_and(|(_, inline)| !inline.is_empty())
    }

    /// Returns the file that contains a module, and the module's path in it.
    fn file_of(&self, module: &[String]) -> Option<(Module, Path)> {
        (0..=module.len()).rev().find_map(|length| {
            let (file, inline) = module.split_at(length);
            let scanned = self.0.get(file)?;
            let is_there = inline.is_empty() || scanned.inline.contains(inline);
            is_there.then(|| (file.to_vec(), inline.to_vec()))
        })
    }
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}
