//! The annotated function and its parameters.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::quote;
use syn::parse::Parser;
use syn::{Attribute, Expr, FnArg, Pat, PatIdent, Signature, Stmt, Visibility};

use super::grouping::ungrouped_expr;
use super::pattern::variables;
use crate::tokens::with_stream;

/// Holds a function. Its body remains unparsed tokens.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Function {
    /// Returns the names that the attribute may use: parameters, and variables of patterns.
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

    /// Returns the only parameter that is not `self`. A pattern is replaced by a name, and returned.
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

    /// Returns the expression, if the body consists of one.
    pub(crate) fn only_expression(&self) -> Option<Expr> {
        let mut statements = syn::Block::parse_within.parse2(self.body.stream()).ok()?;
        match (statements.pop(), statements.is_empty()) {
            (Some(Stmt::Expr(expression, None)), true) => Some(ungrouped_expr(expression)),
            _ => None,
        }
    }

    /// Returns `#[test]`, `#[tokio::test]` or another attribute that makes the function a test.
    pub(crate) fn test_attribute(&self) -> Option<&Attribute> {
        let is_test = |attribute: &&Attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "test")
        };
        self.attributes.iter().find(is_test)
    }

    /// Returns the function with another body.
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
