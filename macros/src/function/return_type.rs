//! Reads the return type of a function.

use quote::ToTokens;
use syn::{
    GenericArgument, PathArguments, ReturnType, Signature, TraitBound, Type, TypeParamBound,
    parse_quote, parse_quote_spanned,
};

use super::grouping::ungrouped_type;
use super::opaque::each_opaque;
use crate::tokens::contains_ident;

/// Selects the way a function runs its body.
pub(crate) enum Shape {
    Plain,
    Async,
    /// The function returns a future, as an opaque type or in a pinned box.
    Future {
        boxed: bool,
    },
}

impl Shape {
    pub(crate) fn of(signature: &Signature) -> Self {
        if signature.asyncness.is_some() {
            return Self::Async;
        }
        match &signature.output {
            ReturnType::Type(_, output) if is_future(output) => Self::Future {
                boxed: !matches!(ungrouped_type(output), Type::ImplTrait(_)),
            },
            _ => Self::Plain,
        }
    }
}

/// Returns the return type.
pub(crate) fn returned(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Type(_, output) => ungrouped_type(output).clone(),
        ReturnType::Default => parse_quote_spanned!(signature.paren_token.span.close()=> ()),
    }
}

/// Returns the result of a handler: its return type, or the output of the future that it returns. The type is `_` if the
/// signature does not show it.
pub(crate) fn result(signature: &Signature) -> Type {
    let returned = returned(signature);
    match Shape::of(signature) {
        Shape::Plain | Shape::Async => returned,
        Shape::Future { .. } => bound(&returned, "Future")
            .and_then(output_of)
            .cloned()
            .unwrap_or_else(|| parse_quote!(_)),
    }
}

/// Returns the type as a body can write it: with `_` for each `impl Trait`.
pub(crate) fn without_opaque_types(mut output: Type) -> Type {
    each_opaque(&mut output, &mut |opaque| *opaque = parse_quote!(_));
    if contains_ident(output.to_token_stream(), &|ident| ident == "impl") {
        parse_quote!(_)
    } else {
        output
    }
}

pub(crate) fn is_unknown(output: &Type) -> bool {
    matches!(output, Type::Infer(_))
}

/// Returns `true` if no part of the type is inferred.
pub(crate) fn is_fully_written(output: &Type) -> bool {
    !contains_ident(output.to_token_stream(), &|ident| ident == "_")
}

pub(crate) fn is_nothing(output: &Type) -> bool {
    matches!(output, Type::Tuple(tuple) if tuple.elems.is_empty())
}

pub(crate) fn is_never(output: &Type) -> bool {
    matches!(output, Type::Never(_))
}

/// Returns `false` if the name of the type excludes a future.
pub(crate) fn may_be_a_future(output: &Type) -> bool {
    let is_another = match output {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Array(_) | Type::Never(_) | Type::Tuple(_) => true,
        output => is_called(output, &NO_FUTURES),
    };
    !is_another
}

const NO_FUTURES: [&str; 21] = [
    "Option", "Result", "String", "Vec", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64",
    "i8", "isize", "str", "u128", "u16", "u32", "u64", "u8", "usize",
];

fn is_future(output: &Type) -> bool {
    // `BoxFuture` and `LocalBoxFuture` are from the futures crate.
    bound(output, "Future").is_some() || is_called(output, &["BoxFuture", "LocalBoxFuture"])
}

/// Returns `true` if the function returns a stream.
pub(crate) fn is_stream(signature: &Signature) -> bool {
    let returned = returned(signature);
    bound(&returned, "Stream").is_some() || is_called(&returned, &["BoxStream", "LocalBoxStream"])
}

/// Returns the bound of an `impl Name` or a `Pin<Box<dyn Name>>`.
fn bound<'t>(output: &'t Type, name: &str) -> Option<&'t TraitBound> {
    match ungrouped_type(output) {
        Type::ImplTrait(opaque) => bound_among(&opaque.bounds, name),
        output => match only_argument(only_argument(output, "Pin")?, "Box")? {
            Type::TraitObject(object) => bound_among(&object.bounds, name),
            _ => None,
        },
    }
}

fn is_called(output: &Type, names: &[&str]) -> bool {
    matches!(ungrouped_type(output), Type::Path(path)
        if path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name)))
}

/// Returns `T` of a `Name<T>`, by any path.
fn only_argument<'t>(of: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ungrouped_type(of) else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(argument) => Some(ungrouped_type(argument)),
        _ => None,
    }
}

fn bound_among<'b>(
    bounds: impl IntoIterator<Item = &'b TypeParamBound>,
    name: &str,
) -> Option<&'b TraitBound> {
    bounds.into_iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last()?;
            (last.ident == name).then_some(bound)
        }
        _ => None,
    })
}

/// Returns `T` of `Future<Output = T>`.
fn output_of(future: &TraitBound) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &future.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => {
            Some(ungrouped_type(&output.ty))
        }
        _ => None,
    })
}
