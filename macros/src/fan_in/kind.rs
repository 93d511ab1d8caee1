//! The kinds of inputs: single, a list, optional.

use proc_macro2::Ident;
use syn::{GenericArgument, PathArguments, Type};

use crate::error::Errors;
use crate::function::ungrouped_type;
use crate::options::ParameterOptions;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Single,
    /// The parameter is a `Vec<T>`, and each element arrives as a `T`.
    List,
    /// The parameter is an `Option<T>`, and the input arrives as a `T`.
    Optional,
}

impl Kind {
    /// Returns the kind of an input, and the type that arrives.
    pub(super) fn of<'t>(
        named: &ParameterOptions,
        declared: &'t Type,
        errors: &mut Errors,
    ) -> Option<(Self, &'t Type)> {
        let ident = &named.ident;
        match (&named.count, &named.id) {
            // The missing option may be the one that is wrong.
            (Some(_), None) | (None, Some(_)) if named.has_errors => {
                return Some(match argument_of(declared, "Vec") {
                    Some(ty) => (Self::List, ty),
                    None => (Self::Single, declared),
                });
            }
            (Some(count), None) => {
                errors.at(
                    count,
                    format!("add the identity of an element, `{ident}(count = …, id = {ident}.id)`: an element that comes again counts once"),
                );
                return None;
            }
            (None, Some(id)) => {
                errors.at(
                    id,
                    format!("add the number of elements, `{ident}(count = …, id = …)`, or remove `id`: only an element of a list has one"),
                );
                return None;
            }
            (None, None) => {
                return Some(match argument_of(declared, "Option") {
                    Some(ty) => (Self::Optional, ty),
                    None => (Self::Single, declared),
                });
            }
            (Some(_), Some(_)) => {}
        }
        let element = argument_of(declared, "Vec");
        if element.is_none() {
            errors.at(declared, not_a_vec(ident));
        }
        Some((Self::List, element?))
    }
}

/// Returns `true` for a `Vec<…>`.
pub(super) fn is_vec(ty: &Type) -> bool {
    argument_of(ty, "Vec").is_some()
}

/// Returns `true` for an `Option<…>`.
pub(super) fn is_option(ty: &Type) -> bool {
    argument_of(ty, "Option").is_some()
}

fn not_a_vec(ident: &Ident) -> String {
    format!("take `{ident}: Vec<…>`, or remove `count`: an input with a `count` is a list")
}

/// Returns the `T` of `Vec<T>`, for the name `Vec`.
fn argument_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ungrouped_type(ty) else {
        return None;
    };
    let last = path.path.segments.last()?;
    if path.qself.is_some() || last.ident != name {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.iter().collect::<Vec<_>>()[..] {
        [GenericArgument::Type(argument)] => Some(argument),
        _ => None,
    }
}
