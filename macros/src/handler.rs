//! The function: its parts, and its parameters.

use std::iter;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, Error, Expr, FnArg, Pat, PatIdent, Result, Signature, Stmt, Token, Visibility,
};

use crate::which::Which;

/// A function whose body is not looked into: it is moved, and stays the user's.
pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Handler {
    pub(crate) fn parse(which: Which, item: TokenStream) -> Result<Self> {
        let (item, body) = without_body(item);
        (|input: ParseStream| Self::parse_item(which, input, body)).parse2(item)
    }

    /// `body` is the function's, if it was taken out of its braces.
    fn parse_item(which: Which, input: ParseStream, body: Option<Group>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if let Some(other) = other_than_a_function(which, input) {
            return Err(other);
        }
        let signature: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(Error::new_spanned(
                &signature.ident,
                match which {
                    Which::LinkedSpan => {
                        "`#[linked_span]` goes around a body: put it on the implementations of this method"
                    }
                    Which::FanIn => NOT_IN_AN_IMPL,
                },
            ));
        }
        let braces = braces(input)?;
        let (inner_attributes, body) = split_inner_attributes(&body.unwrap_or(braces))?;
        Ok(Self {
            attributes: attributes.into_iter().chain(inner_attributes).collect(),
            visibility,
            signature,
            body,
        })
    }
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
fn other_than_a_function(which: Which, input: ParseStream) -> Option<Error> {
    let attribute = which.attribute();
    let keyword = input.fork().call(Ident::parse_any).ok()?;
    let help = match (keyword.to_string().as_str(), which) {
        ("impl" | "trait", Which::LinkedSpan) => {
            "`#[linked_span]` goes on a function: put it on each method that handles events"
                .to_owned()
        }
        ("impl" | "trait", Which::FanIn) => NOT_IN_AN_IMPL.to_owned(),
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

/// The same braces around something else.
pub(crate) fn with_stream(group: &Group, stream: TokenStream) -> Group {
    let mut new = Group::new(group.delimiter(), stream);
    new.set_span(group.span());
    new
}

impl Handler {
    /// The names a user may call an event: of the parameters, and of what their patterns bind.
    pub(crate) fn bindings(&self) -> Vec<Ident> {
        let mut bindings = Vec::new();
        for input in &self.signature.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    bindings.push(Ident::new("self", receiver.self_token.span));
                }
                FnArg::Typed(parameter) => {
                    let variables = variables(&parameter.pat).into_iter();
                    bindings.extend(variables.map(|variable| variable.ident));
                }
            }
        }
        bindings
    }

    /// The only parameter that is not `self`; a pattern gets a name of ours, and is returned.
    pub(crate) fn only_parameter(&mut self) -> Option<(Ident, Option<Pat>)> {
        let mut parameters = self
            .signature
            .inputs
            .iter_mut()
            .filter_map(|input| match input {
                FnArg::Typed(parameter) => Some(&mut parameter.pat),
                FnArg::Receiver(_) => None,
            });
        let (Some(pattern), None) = (parameters.next(), parameters.next()) else {
            return None;
        };
        if let Pat::Ident(PatIdent {
            by_ref: None,
            subpat: None,
            ident,
            ..
        }) = &**pattern
        {
            return Some((ident.clone(), None));
        }
        let name = Ident::new("__linked_span_event", Span::mixed_site());
        let renamed = Pat::Ident(PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name.clone(),
            subpat: None,
        });
        Some((name, Some(std::mem::replace(&mut **pattern, renamed))))
    }

    /// The body's only expression, if that is all there is.
    pub(crate) fn only_expression(&self) -> Option<Expr> {
        let mut statements = syn::Block::parse_within.parse2(self.body.stream()).ok()?;
        match (statements.pop(), statements.is_empty()) {
            (Some(Stmt::Expr(expression, None)), true) => Some(ungrouped(expression)),
            _ => None,
        }
    }

    /// `#[test]`, `#[tokio::test]`, or what else makes a test of a function.
    pub(crate) fn test_attribute(&self) -> Option<&Attribute> {
        let is_test = |attribute: &&Attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "test")
        };
        self.attributes.iter().find(is_test)
    }

    /// The function with another body.
    pub(crate) fn with_body(&self, body: &TokenStream) -> TokenStream {
        let Self {
            attributes,
            visibility,
            signature,
            ..
        } = self;
        let body = with_stream(&self.body, body.clone());
        quote!(#(#attributes)* #visibility #signature #body)
    }
}

/// Without the invisible group around what a `macro_rules!` was given.
pub(crate) fn ungrouped(expression: Expr) -> Expr {
    match expression {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}

/// A variable that a pattern binds.
pub(crate) struct Variable {
    pub(crate) ident: Ident,
    pub(crate) is_mutable: bool,
    /// `ref`
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

/// The variables of a pattern, as far as its tokens tell: a name that begins with a capital letter is a constant, or a
/// variant without fields.
pub(crate) fn variables(pattern: &Pat) -> Vec<Variable> {
    let mut variables = Vec::new();
    match pattern {
        // The name of a parameter.
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
        // Each alternative has the same.
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

/// Whether two names are one, as `event` and `r#event` are.
pub(crate) fn is_same(one: &Ident, other: &Ident) -> bool {
    one.unraw() == other.unraw()
}

pub(crate) fn is_among(names: &[Ident], name: &Ident) -> bool {
    names.iter().any(|other| is_same(other, name))
}

pub(crate) fn contains_ident(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident),
        TokenTree::Group(group) => contains_ident(group.stream(), wanted),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
