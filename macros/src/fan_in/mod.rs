//! The expansion of `#[fan_in]`.

mod docs;
mod joins;
mod names;
mod parameters;
mod spans;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{ReturnType, Safety, Signature};

use self::names::Names;
use self::parameters::{Parameters, refuse_a_wrong_number};
use crate::args::Args;
use crate::error::Errors;
use crate::handler::{Handler, contains_ident};
use crate::linked_span::{Expansion, beside, refuse_what_no_span_fits};
use crate::output::{Shape, is_never, returned};
use crate::parameters::named_events;
use crate::which::Which;

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let which = Which::FanIn;
    let handler = match Handler::parse(which, item.clone()) {
        Ok(handler) => handler,
        Err(error) => return beside(&error.into_compile_error(), item),
    };
    let mut errors = Errors::default();
    let args = Args::parse(which, args, &handler.bindings(), &mut errors);
    let mut mistakes = Errors::default();
    let fan_in = FanIn::check(handler, args, &mut mistakes);
    // A wrong option costs nobody the joins.
    let joins = match &fan_in {
        Some(fan_in) if mistakes.is_empty() => fan_in.joins(),
        _ => TokenStream::new(),
    };
    errors.append(mistakes);
    let function = match fan_in {
        Some(fan_in) if errors.is_empty() => fan_in.function.into_tokens(),
        _ => beside(&errors.into_compile_errors(), item),
    };
    quote!(#function #joins)
}

/// A function and its inputs, checked.
struct FanIn {
    function: Expansion,
    parameters: Parameters,
    names: Names,
    is_async: bool,
    /// The path of the crate.
    crate_path: TokenStream,
}

impl FanIn {
    fn check(handler: Handler, mut args: Args, errors: &mut Errors) -> Option<Self> {
        let signature = &handler.signature;
        refuse_what_no_span_fits(signature, errors);
        refuse_what_no_join_can_call(signature, errors);
        refuse_a_wrong_number(signature, &args.parameters, errors);
        let inputs = std::mem::take(&mut args.parameters);
        let inputs = named_events(Which::FanIn, &handler, inputs, errors)?;
        let parameters = Parameters::check(signature, &inputs, errors)?;
        let names = Names::of(signature, args.join.as_ref(), errors)?;
        let crate_path = args
            .runtime
            .as_ref()
            .map_or_else(|| quote!(::linked_span), ToTokens::to_token_stream);
        let is_async = signature.asyncness.is_some();
        let mut function = Expansion::of(handler, args, inputs, errors);
        function.join = Some(names.text());
        let fan_in = Self {
            function,
            parameters,
            names,
            is_async,
            crate_path,
        };
        fan_in.refuse_origins_of_others(errors);
        Some(fan_in)
    }
}

fn refuse_what_no_join_can_call(signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.at(
            unsafety,
            "its joins call this function, and cannot promise what an `unsafe fn` asks for: make it safe",
        );
    }
    if let Shape::Future { .. } = Shape::of(signature) {
        errors.at(
            returned(signature),
            "its joins await this function: make it an `async fn`, or await the future in one",
        );
    }
    if is_never(&returned(signature)) {
        errors.at(
            returned(signature),
            "a function that never returns never completes a join: let it return",
        );
    }
    if let Some(borrow) = elided_borrow(&signature.output) {
        errors.at(
            borrow,
            "what is returned cannot borrow from an input, which the join keeps, and does not say from what else: return it owned, or name the lifetime, `shipping: &'a Shipping` and `-> &'a …`",
        );
    }
}

/// A reference without a lifetime, or `'_`.
fn elided_borrow(output: &ReturnType) -> Option<TokenTree> {
    let tokens = output.to_token_stream();
    let is_callable = |ident: &proc_macro2::Ident| {
        ["Fn", "FnMut", "FnOnce", "fn"]
            .iter()
            .any(|name| ident == name)
    };
    // What a closure takes and returns has lifetimes of its own.
    if contains_ident(tokens.clone(), &is_callable) {
        return None;
    }
    find_elided(tokens)
}

fn find_elided(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_quote = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == '\'');
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' && !is_quote(tokens.peek()) => {
                return Some(token);
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "_") {
                    return tokens.next();
                }
            }
            TokenTree::Group(group) => {
                if let Some(found) = find_elided(group.stream()) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where an error in what is generated belongs that is nobody's in particular.
fn at_the_function(signature: &Signature) -> Span {
    signature.ident.span().resolved_at(Span::mixed_site())
}
