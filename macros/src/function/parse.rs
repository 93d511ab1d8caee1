//! Parses the annotated function, whose body is left as tokens.

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

/// `body` is the function's, if it was taken out of its braces.
fn parse_item(kind: MacroKind, input: ParseStream, body: Option<Group>) -> Result<Function> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    if let Some(other) = other_than_a_function(kind, input) {
        return Err(other);
    }
    let signature: Signature = input.parse()?;
    if input.peek(Token![;]) {
        return Err(Error::new_spanned(
            &signature.ident,
            match kind {
                MacroKind::LinkedSpan => {
                    "`#[linked_span]` goes around a body: put it on the implementations of this method"
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

/// The item with nothing in the braces that stand last in it, and what these were: each token that syn is given costs the
/// user's compilation a little, and a body is not looked into.
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

/// The function's braces, which are in a group of their own where they come from a `macro_rules!`.
fn braces(input: ParseStream) -> Result<Group> {
    match input.parse()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            braces.parse2(group.stream())
        }
        TokenTree::Group(body) => Ok(body),
        other => Err(Error::new(other.span(), "expected the function's body")),
    }
}

/// Where a fan-in's function cannot be.
pub(crate) const NOT_IN_AN_IMPL: &str = "`#[fan_in]` goes on a free function, beside which it declares a type: give the function the service as a parameter, `service: &Service`";

/// Which item it is, said in words that help.
fn other_than_a_function(kind: MacroKind, input: ParseStream) -> Option<Error> {
    let attribute = kind.attribute();
    let keyword = input.fork().call(Ident::parse_any).ok()?;
    let help = match (keyword.to_string().as_str(), kind) {
        ("impl" | "trait", MacroKind::LinkedSpan) => {
            "`#[linked_span]` goes on a function: put it on each method that handles events"
                .to_owned()
        }
        ("impl" | "trait", MacroKind::FanIn) => NOT_IN_AN_IMPL.to_owned(),
        ("struct" | "enum" | "union", _) => format!(
            "`{attribute}` goes on a function that handles events; for the event itself it is `#[derive(LinkedEvent)]`"
        ),
        ("mod" | "use" | "static" | "type" | "macro_rules" | "let", _) => {
            format!("`{attribute}` goes on a function")
        }
        ("const", _) if !is_const_fn(input) => format!("`{attribute}` goes on a function"),
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

/// `#![…]` at the start of a body has to stand on the function once the body is inside of a closure.
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
    // As it is, if it can be: a new group would have one span for both of its braces, where the user's errors may point.
    let body = if attributes.is_empty() {
        body.clone()
    } else {
        with_stream(body, rest)
    };
    Ok((attributes, body))
}
