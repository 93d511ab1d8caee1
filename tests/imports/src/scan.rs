//! Finds the paths that one file names.
//!
//! It reads tokens, not syntax: it finds a path in a macro's body, and ignores comments. It ignores paths from
//! `$crate::__private`, because generated code calls that module from the user's crate.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The segments of a path, as the file writes them: `["super", "state", "Step"]`.
pub(crate) type Path = Vec<String>;

/// The names and paths in one file.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// Names that a `use` brings into the file, by the inline module that has it.
    pub(crate) names: BTreeMap<(Path, String), Path>,
    /// The modules of `use path::*`.
    pub(crate) globs: Vec<(Path, Path)>,
    /// Names of items that the file defines.
    pub(crate) items: BTreeSet<String>,
    /// Inline modules of the file.
    pub(crate) inline: BTreeSet<Path>,
    /// Paths that the file depends on, by the inline module that names them.
    pub(crate) uses: BTreeSet<(Path, Path)>,
    /// Paths that the file exports for others.
    pub(crate) exports: BTreeSet<(Path, Path)>,
}

pub(crate) fn scan(source: &str) -> Result<Scanned, String> {
    let tokens: TokenStream = source.parse().map_err(|error| format!("{error}"))?;
    let mut scanned = Scanned::default();
    scanned.stream(tokens, &Path::new());
    Ok(scanned)
}

impl Scanned {
    fn stream(&mut self, tokens: TokenStream, module: &Path) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.next(&tokens, at, module);
        }
    }

    /// Reads the item at `at`. Returns the index of the next item.
    fn next(&mut self, tokens: &[TokenTree], at: usize, module: &Path) -> usize {
        if is_cfg_test(tokens, at) {
            return end_of_item(tokens, at + 2);
        }
        match &tokens[at] {
            TokenTree::Ident(word) if word == "use" => self.declaration(tokens, at, module),
            TokenTree::Ident(word) if word == "mod" => self.module(tokens, at, module),
            TokenTree::Ident(word) => {
                if defines(word) {
                    self.items
                        .extend(tokens.get(at + 1).map(ToString::to_string));
                }
                self.path(tokens, at, module)
            }
            TokenTree::Group(group) => {
                self.stream(group.stream(), module);
                at + 1
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at + 1,
        }
    }

    fn module(&mut self, tokens: &[TokenTree], at: usize, module: &Path) -> usize {
        let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
            (tokens.get(at + 1), tokens.get(at + 2))
        else {
            return at + 1;
        };
        let inner = [module.as_slice(), &[name.to_string()]].concat();
        self.inline.insert(inner.clone());
        self.stream(body.stream(), &inner);
        at + 3
    }

    fn declaration(&mut self, tokens: &[TokenTree], at: usize, module: &Path) -> usize {
        let end = (at..tokens.len()).find(|end| is_punct(tokens.get(*end), ';'));
        // `use<'a>` in a type is not a declaration.
        let (Some(end), false) = (end, is_punct(tokens.get(at + 1), '<')) else {
            return at + 1;
        };
        let is_export = at > 0 && is_visibility(tokens, at - 1);
        let mut leaves = Vec::new();
        tree(&tokens[at + 1..end], &Path::new(), &mut leaves);
        for Leaf { path, name } in leaves {
            let declared = (module.clone(), path.clone());
            if let Some(name) = name {
                self.names.insert((module.clone(), name), path);
            } else {
                self.globs.push(declared.clone());
            }
            let list = if is_export {
                &mut self.exports
            } else {
                &mut self.uses
            };
            list.insert(declared);
        }
        end + 1
    }

    fn path(&mut self, tokens: &[TokenTree], at: usize, module: &Path) -> usize {
        let mut path = Path::new();
        let mut end = at;
        while let Some(TokenTree::Ident(segment)) = tokens.get(end) {
            path.push(segment.to_string());
            if !is_separator(tokens, end + 1) {
                break;
            }
            end += 3;
        }
        let continues = at >= 2 && is_separator(tokens, at - 2);
        let is_generated = path.get(1).is_some_and(|second| second == "__private");
        if path.len() > 1 && !continues && !is_generated {
            self.uses.insert((module.clone(), path));
        }
        end.max(at) + 1
    }
}

/// Returns `true` if the next token is the name of an item.
fn defines(word: &Ident) -> bool {
    [
        "const", "enum", "fn", "static", "struct", "trait", "type", "union",
    ]
    .iter()
    .any(|known| word == known)
}

/// One name of a `use`; `None` means `*`.
struct Leaf {
    path: Path,
    name: Option<String>,
}

fn tree(tokens: &[TokenTree], prefix: &Path, leaves: &mut Vec<Leaf>) {
    let mut path = prefix.clone();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => return branches(group, &path, leaves),
            TokenTree::Punct(punct) if punct.as_char() == '*' => {
                return leaves.push(Leaf { path, name: None });
            }
            TokenTree::Ident(word) if word == "as" => {
                let name = tokens.get(at + 1).map(ToString::to_string);
                return leaves.push(Leaf { path, name });
            }
            // `use a::{self}` names `a`.
            TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    if let Some(name) = path.last().cloned() {
        leaves.push(Leaf {
            path,
            name: Some(name),
        });
    }
}

fn branches(group: &Group, prefix: &Path, leaves: &mut Vec<Leaf>) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for branch in tokens.split(|token| is_punct(Some(token), ',')) {
        if !branch.is_empty() {
            tree(branch, prefix, leaves);
        }
    }
}

/// Returns `true` at `#[cfg(test)]`.
fn is_cfg_test(tokens: &[TokenTree], at: usize) -> bool {
    let Some(TokenTree::Group(attribute)) = tokens.get(at + 1) else {
        return false;
    };
    is_punct(tokens.get(at), '#') && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// Returns the end of the item that starts at `at`, after the first of its attributes.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    let length = tokens.get(at..).unwrap_or_default().iter().position(ends);
    length.map_or(tokens.len(), |length| at + length + 1)
}

/// Returns `true` for `pub`, and for the parentheses of `pub(crate)`.
fn is_visibility(tokens: &[TokenTree], at: usize) -> bool {
    let is_pub =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == "pub");
    let is_group = matches!(tokens.get(at), Some(TokenTree::Group(_)));
    is_pub(at) || (is_group && at > 0 && is_pub(at - 1))
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}
