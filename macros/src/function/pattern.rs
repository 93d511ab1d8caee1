//! The variables of a pattern.

use std::iter;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::{Pat, PatIdent};

/// Holds a variable that a pattern binds.
pub(crate) struct Variable {
    pub(crate) ident: Ident,
    pub(crate) is_mutable: bool,
    /// `true` for a `ref` binding.
    pub(crate) is_reference: bool,
}

impl Variable {
    fn of(binding: &PatIdent) -> Self {
        Self {
            ident: binding.ident.clone(),
            is_mutable: binding.mutability.is_some(),
            is_reference: binding.by_ref.is_some(),
        }
    }
}

/// Returns the variables of a pattern.
///
/// A capitalized name counts as a constant or a variant, because the tokens do not show which it is.
pub(crate) fn variables(pattern: &Pat) -> Vec<Variable> {
    let mut variables = Vec::new();
    match pattern {
        Pat::Ident(binding) if binding.subpat.is_none() => variables.push(Variable::of(binding)),
        _ => collect_variables(pattern, &mut variables),
    }
    variables
}

fn collect_variables(pattern: &Pat, variables: &mut Vec<Variable>) {
    let mut each = |patterns: &mut dyn Iterator<Item = &Pat>| {
        patterns.for_each(|pattern| collect_variables(pattern, variables));
    };
    match pattern {
        Pat::Ident(binding) => {
            let name = binding.ident.unraw().to_string();
            if !name.starts_with(char::is_uppercase) {
                variables.push(Variable::of(binding));
            }
            if let Some((_, pattern)) = &binding.subpat {
                collect_variables(pattern, variables);
            }
        }
        // Each alternative binds the same variables.
        Pat::Or(alternatives) => each(&mut alternatives.cases.iter().take(1)),
        Pat::Paren(inner) => each(&mut iter::once(&*inner.pat)),
        Pat::Reference(inner) => each(&mut iter::once(&*inner.pat)),
        Pat::Type(inner) => each(&mut iter::once(&*inner.pat)),
        Pat::Slice(list) => each(&mut list.elems.iter()),
        Pat::Tuple(list) => each(&mut list.elems.iter()),
        Pat::TupleStruct(list) => each(&mut list.elems.iter()),
        Pat::Struct(list) => each(&mut list.fields.iter().map(|field| &*field.pat)),
        _ => {}
    }
}

pub(crate) fn contains_macro(pattern: TokenStream) -> bool {
    pattern.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '!',
        TokenTree::Group(group) => contains_macro(group.stream()),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    })
}

pub(crate) fn take_mutability(pattern: &mut Pat, of: &[Ident]) {
    match pattern {
        Pat::Ident(binding) => {
            if of.contains(&binding.ident) {
                binding.mutability = None;
            }
            if let Some((_, pattern)) = &mut binding.subpat {
                take_mutability(pattern, of);
            }
        }
        Pat::Or(alternatives) => each_take(alternatives.cases.iter_mut(), of),
        Pat::Paren(inner) => take_mutability(&mut inner.pat, of),
        Pat::Reference(inner) => take_mutability(&mut inner.pat, of),
        Pat::Type(inner) => take_mutability(&mut inner.pat, of),
        Pat::Slice(list) => each_take(list.elems.iter_mut(), of),
        Pat::Tuple(list) => each_take(list.elems.iter_mut(), of),
        Pat::TupleStruct(list) => each_take(list.elems.iter_mut(), of),
        Pat::Struct(list) => {
            each_take(list.fields.iter_mut().map(|field| &mut *field.pat), of);
        }
        _ => {}
    }
}

fn each_take<'p>(patterns: impl Iterator<Item = &'p mut Pat>, of: &[Ident]) {
    for pattern in patterns {
        take_mutability(pattern, of);
    }
}

/// Returns the name, if the pattern is a name and nothing else.
pub(crate) fn plain_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(PatIdent {
            by_ref: None,
            subpat: None,
            ident,
            ..
        }) => Some(ident),
        _ => None,
    }
}
