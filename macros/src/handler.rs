//! The function: its parts, its parameters, and its shape.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Error, Expr, FnArg, GenericArgument, Pat, PatIdent, PathArguments, Result,
    ReturnType, Signature, Stmt, Token, Type, TypeParamBound, Visibility,
};

/// A function whose body is not looked into: it is moved, and stays the user's.
pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

/// What a function does with its body.
pub(crate) enum Shape {
    Plain,
    Async,
    /// It returns a future: as an opaque type, or in a pinned box.
    Future {
        boxed: bool,
    },
}

impl Parse for Handler {
    fn parse(input: ParseStream) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if let Some(other) = other_than_a_function(input) {
            return Err(other);
        }
        let signature: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(Error::new_spanned(
                &signature.ident,
                "`#[linked_span]` goes around a body: put it on the implementations of this method",
            ));
        }
        let body = match input.parse()? {
            TokenTree::Group(body) => body,
            other => return Err(Error::new(other.span(), "expected the function's body")),
        };
        let (inner_attributes, body) = split_inner_attributes(&body)?;
        Ok(Self {
            attributes: attributes.into_iter().chain(inner_attributes).collect(),
            visibility,
            signature,
            body,
        })
    }
}

/// Which item it is, said in words that help.
fn other_than_a_function(input: ParseStream) -> Option<Error> {
    let keyword = input.fork().call(Ident::parse_any).ok()?;
    let help = match keyword.to_string().as_str() {
        "impl" | "trait" => {
            "`#[linked_span]` goes on a function: put it on each method that handles events"
        }
        "struct" | "enum" | "union" => {
            "`#[linked_span]` goes on a function that handles events; for the event itself it is `#[derive(LinkedEvent)]`"
        }
        "mod" | "use" | "static" | "type" | "macro_rules" | "let" => {
            "`#[linked_span]` goes on a function"
        }
        _ => return None,
    };
    Some(Error::new(keyword.span(), help))
}

/// `#![…]` at the start of a body has to stand on the function once the body is inside of a closure.
fn split_inner_attributes(body: &Group) -> Result<(Vec<Attribute>, Group)> {
    let parse = |input: ParseStream| {
        let mut attributes = input.call(Attribute::parse_inner)?;
        for attribute in &mut attributes {
            attribute.style = syn::AttrStyle::Outer;
        }
        Ok((attributes, input.parse::<TokenStream>()?))
    };
    let (attributes, rest) = syn::parse::Parser::parse2(parse, body.stream())?;
    Ok((attributes, with_stream(body, rest)))
}

/// The same braces around something else.
pub(crate) fn with_stream(group: &Group, stream: TokenStream) -> Group {
    let mut new = Group::new(group.delimiter(), stream);
    new.set_span(group.span());
    new
}

impl Handler {
    pub(crate) fn shape(&self) -> Shape {
        if self.signature.asyncness.is_some() {
            return Shape::Async;
        }
        match &self.signature.output {
            ReturnType::Type(_, output) if is_opaque_future(output) => {
                Shape::Future { boxed: false }
            }
            ReturnType::Type(_, output) if is_boxed_future(output) => Shape::Future { boxed: true },
            _ => Shape::Plain,
        }
    }

    /// The names a user may call an event: of the parameters, and of what their patterns bind.
    pub(crate) fn bindings(&self) -> Vec<Ident> {
        let mut bindings = Vec::new();
        for input in &self.signature.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    bindings.push(Ident::new("self", receiver.self_token.span));
                }
                FnArg::Typed(parameter) => collect_bindings(&parameter.pat, &mut bindings),
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

    /// The return type with `_` for each `impl Trait`, which cannot be written in a body; `None` if nothing is left.
    pub(crate) fn output_hint(&self) -> Option<Type> {
        let ReturnType::Type(_, output) = &self.signature.output else {
            return None;
        };
        let mut output = (**output).clone();
        infer_opaque_types(&mut output);
        let is_left = !matches!(output, Type::Infer(_))
            && !contains_ident(output.to_token_stream(), &|ident| ident == "impl");
        is_left.then_some(output)
    }

    pub(crate) fn returns_nothing(&self) -> bool {
        match &self.signature.output {
            ReturnType::Default => true,
            ReturnType::Type(_, output) => {
                matches!(&**output, Type::Tuple(tuple) if tuple.elems.is_empty())
            }
        }
    }

    pub(crate) fn returns_never(&self) -> bool {
        matches!(&self.signature.output, ReturnType::Type(_, output) if matches!(**output, Type::Never(_)))
    }

    /// The body's only expression, if that is all there is.
    pub(crate) fn only_expression(&self) -> Option<Expr> {
        let parse = syn::Block::parse_within;
        let mut statements = syn::parse::Parser::parse2(parse, self.body.stream()).ok()?;
        match (statements.pop(), statements.is_empty()) {
            (Some(Stmt::Expr(expression, None)), true) => Some(expression),
            _ => None,
        }
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

pub(crate) fn bindings(pattern: &Pat) -> Vec<Ident> {
    let mut bindings = Vec::new();
    collect_bindings(pattern, &mut bindings);
    bindings
}

fn collect_bindings(pattern: &Pat, bindings: &mut Vec<Ident>) {
    match pattern {
        Pat::Ident(binding) => {
            bindings.push(binding.ident.clone());
            if let Some((_, pattern)) = &binding.subpat {
                collect_bindings(pattern, bindings);
            }
        }
        Pat::Paren(inner) => collect_bindings(&inner.pat, bindings),
        Pat::Reference(inner) => collect_bindings(&inner.pat, bindings),
        Pat::Type(inner) => collect_bindings(&inner.pat, bindings),
        Pat::Slice(list) => list
            .elems
            .iter()
            .for_each(|pattern| collect_bindings(pattern, bindings)),
        Pat::Tuple(list) => list
            .elems
            .iter()
            .for_each(|pattern| collect_bindings(pattern, bindings)),
        Pat::TupleStruct(list) => {
            list.elems
                .iter()
                .for_each(|pattern| collect_bindings(pattern, bindings));
        }
        Pat::Struct(list) => {
            list.fields
                .iter()
                .for_each(|field| collect_bindings(&field.pat, bindings));
        }
        _ => {}
    }
}

fn is_opaque_future(output: &Type) -> bool {
    matches!(output, Type::ImplTrait(opaque) if has_future_bound(&opaque.bounds))
}

/// `Pin<Box<dyn Future>>`, or what the futures crate calls that.
fn is_boxed_future(output: &Type) -> bool {
    let Type::Path(path) = output else {
        return false;
    };
    match path.path.segments.last() {
        Some(last) if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" => true,
        Some(last) if last.ident == "Pin" => {
            let Some(Type::Path(inner)) = only_type_argument(&last.arguments) else {
                return false;
            };
            inner.path.segments.last().is_some_and(|inner| {
                inner.ident == "Box"
                    && matches!(
                        only_type_argument(&inner.arguments),
                        Some(Type::TraitObject(object)) if has_future_bound(&object.bounds)
                    )
            })
        }
        _ => false,
    }
}

fn only_type_argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(argument)) => Some(argument),
        _ => None,
    }
}

fn has_future_bound<'b>(bounds: impl IntoIterator<Item = &'b TypeParamBound>) -> bool {
    bounds.into_iter().any(|bound| {
        matches!(bound, TypeParamBound::Trait(bound)
            if bound.path.segments.last().is_some_and(|last| last.ident == "Future"))
    })
}

fn infer_opaque_types(output: &mut Type) {
    match output {
        Type::ImplTrait(_) => {
            *output = Type::Infer(syn::TypeInfer {
                attrs: Vec::new(),
                underscore_token: <Token![_]>::default(),
            })
        }
        Type::Array(inner) => infer_opaque_types(&mut inner.elem),
        Type::Group(inner) => infer_opaque_types(&mut inner.elem),
        Type::Paren(inner) => infer_opaque_types(&mut inner.elem),
        Type::Ptr(inner) => infer_opaque_types(&mut inner.elem),
        Type::Reference(inner) => infer_opaque_types(&mut inner.elem),
        Type::Slice(inner) => infer_opaque_types(&mut inner.elem),
        Type::Tuple(inner) => inner.elems.iter_mut().for_each(infer_opaque_types),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let GenericArgument::Type(argument) = argument {
                            infer_opaque_types(argument);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}

pub(crate) fn contains_ident(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident),
        TokenTree::Group(group) => contains_ident(group.stream(), wanted),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
