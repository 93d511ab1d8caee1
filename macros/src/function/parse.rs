//! Parses the annotated function.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Result, Signature, Token};

use super::item::Function;
use crate::macro_kind::MacroKind;
use crate::tokens::with_stream;

pub(crate) fn parse(kind: MacroKind, item: TokenStream) -> Result<Function> {
    let (item, body) = without_body(item);
    (|input: ParseStream| parse_item(kind, input, body)).parse2(item)
}

/// Parses the item; `body` is the stream that [`without_body`] took out.
fn parse_item(kind: MacroKind, input: ParseStream, body: Option<Group>) -> Result<Function> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    if let Some(other) = other_item(kind, input) {
        return Err(other);
    }
    let signature: Signature = input.parse()?;
    if input.peek(Token![;]) {
        return Err(Error::new_spanned(
            &signature.ident,
            match kind {
                MacroKind::LinkedSpan => {
                    "put `#[linked_span]` on the implementations of this method: it needs a body"
                }
                MacroKind::FanIn => NOT_IN_AN_IMPL,
            },
        ));
    }
    let braces = braces(input)?;
    let (inner_attributes, body) = split_inner_attributes(&body.unwrap_or(braces))?;
    Ok(Function {
        attributes: attributes.into_iter().chain(inner_attributes).collect(),
        visibility,
        signature,
        body,
    })
}

/// Splits off the body.
///
/// syn would parse it token by token, which costs compile time, and the macros do not need it parsed.
fn without_body(item: TokenStream) -> (TokenStream, Option<Group>) {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let body = match tokens.last_mut() {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
            let empty = with_stream(body, TokenStream::new());
            Some(std::mem::replace(body, empty))
        }
        _ => None,
    };
    (tokens.into_iter().collect(), body)
}

/// Parses the braces, which a `macro_rules!` may wrap in a group.
fn braces(input: ParseStream) -> Result<Group> {
    match input.parse()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            braces.parse2(group.stream())
        }
        TokenTree::Group(body) => Ok(body),
        other => Err(Error::new(
            other.span(),
            "write the body of the function here",
        )),
    }
}

pub(crate) const NOT_IN_AN_IMPL: &str = "use a free function, and pass the service as a parameter, `service: &Service`: `#[fan_in]` generates a type beside the function";

/// Returns an error for another item, with the fix.
fn other_item(kind: MacroKind, input: ParseStream) -> Option<Error> {
    let attribute = kind.attribute();
    let keyword = input.fork().call(Ident::parse_any).ok()?;
    let help = match (keyword.to_string().as_str(), kind) {
        ("impl" | "trait", MacroKind::LinkedSpan) => {
            "put `#[linked_span]` on each method that handles events".to_owned()
        }
        ("impl" | "trait", MacroKind::FanIn) => NOT_IN_AN_IMPL.to_owned(),
        ("struct" | "enum" | "union", _) => format!(
            "use `#[derive(LinkedEvent)]` for an event: `{attribute}` goes on a function that handles events"
        ),
        ("mod" | "use" | "static" | "type" | "macro_rules" | "let", _) => {
            format!("put `{attribute}` on a function")
        }
        ("const", _) if !is_const_fn(input) => format!("put `{attribute}` on a function"),
        _ => return None,
    };
    Some(Error::new(keyword.span(), help))
}

fn is_const_fn(input: ParseStream) -> bool {
    input.peek2(Token![fn])
        || input.peek2(Token![async])
        || input.peek2(Token![unsafe])
        || input.peek2(Token![extern])
}

/// Moves `#![…]` from the body to the function: a closure cannot have it.
fn split_inner_attributes(body: &Group) -> Result<(Vec<Attribute>, Group)> {
    let first = body.stream().into_iter().next();
    if !first.is_some_and(|first| matches!(first, TokenTree::Punct(mark) if mark.as_char() == '#'))
    {
        return Ok((Vec::new(), body.clone()));
    }
    let parse = |input: ParseStream| {
        let mut attributes = input.call(Attribute::parse_inner)?;
        for attribute in &mut attributes {
            attribute.style = syn::AttrStyle::Outer;
        }
        Ok((attributes, input.parse::<TokenStream>()?))
    };
    let (attributes, rest) = parse.parse2(body.stream())?;
    // The group is reused without such attributes. A new one would have a single span for both braces, and rustc's
    // errors would point elsewhere.
    let body = if attributes.is_empty() {
        body.clone()
    } else {
        with_stream(body, rest)
    };
    Ok((attributes, body))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    /// rustc rejects such a function before it expands the attribute, so there is no case in `tests/compile/fail`.
    #[test]
    fn function_without_braces_is_refused() {
        let parsed = parse(MacroKind::LinkedSpan, quote!(fn f(event: Event) = 7));
        let error = parsed.err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("write the body of the function here")
        );
    }
}
