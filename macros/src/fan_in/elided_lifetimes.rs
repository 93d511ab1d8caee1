//! Lifetimes without a name.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{GenericArgument, Lifetime, Path, PathArguments, Type, TypeParamBound};

use crate::tokens::contains_ident;

/// Returns the first reference without a lifetime, or `'_`.
pub(super) fn first_elided(tokens: TokenStream) -> Option<TokenTree> {
    let is_callable = |ident: &Ident| {
        ["Fn", "FnMut", "FnOnce", "fn"]
            .iter()
            .any(|name| ident == name)
    };
    // A closure has its own lifetimes.
    if contains_ident(tokens.clone(), &is_callable) {
        return None;
    }
    find(tokens)
}

fn find(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => match tokens.peek() {
                Some(TokenTree::Punct(quote)) if quote.as_char() == '\'' => {}
                _ => return Some(token),
            },
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "_") {
                    return tokens.next();
                }
            }
            TokenTree::Group(group) => {
                if let Some(found) = find(group.stream()) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

/// Names each lifetime in a type, because a bound cannot have elided ones.
///
/// Closures and function pointers have their own lifetimes.
pub(super) fn name_each(ty: &mut Type, names: &mut Vec<Lifetime>) {
    match ty {
        Type::Array(array) => name_each(&mut array.elem, names),
        Type::Group(group) => name_each(&mut group.elem, names),
        Type::Paren(paren) => name_each(&mut paren.elem, names),
        Type::Path(path) => name_each_of_a_path(&mut path.path, names),
        Type::Reference(reference) => {
            if reference.lifetime.as_ref().is_none_or(is_elided) {
                reference.lifetime = Some(another(names));
            }
            name_each(&mut reference.elem, names);
        }
        Type::Slice(slice) => name_each(&mut slice.elem, names),
        Type::TraitObject(object) => {
            for bound in &mut object.bounds {
                match bound {
                    TypeParamBound::Lifetime(lifetime) => name(lifetime, names),
                    TypeParamBound::Trait(bound) => name_each_of_a_path(&mut bound.path, names),
                    _ => {}
                }
            }
        }
        Type::Tuple(tuple) => {
            for element in &mut tuple.elems {
                name_each(element, names);
            }
        }
        _ => {}
    }
}

fn name_each_of_a_path(path: &mut Path, names: &mut Vec<Lifetime>) {
    for segment in &mut path.segments {
        let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else {
            continue;
        };
        for argument in &mut arguments.args {
            match argument {
                GenericArgument::Lifetime(lifetime) => name(lifetime, names),
                GenericArgument::Type(ty) => name_each(ty, names),
                GenericArgument::AssocType(associated) => name_each(&mut associated.ty, names),
                _ => {}
            }
        }
    }
}

fn name(lifetime: &mut Lifetime, names: &mut Vec<Lifetime>) {
    if is_elided(lifetime) {
        *lifetime = another(names);
    }
}

fn is_elided(lifetime: &Lifetime) -> bool {
    lifetime.ident == "_"
}

fn another(names: &mut Vec<Lifetime>) -> Lifetime {
    let name = format!("'linked_span_{}", names.len());
    let name = Lifetime::new(&name, Span::mixed_site());
    names.push(name.clone());
    name
}
