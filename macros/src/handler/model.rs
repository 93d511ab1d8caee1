//! A handler and its options.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Expr, LitStr, Pat, Path};

use crate::function::{Function, uses_variable};
use crate::options::{Options, ParameterOptions, text_literal};
use crate::tokens::{at, is_same_name};

pub(crate) struct Handler {
    pub(crate) function: Function,
    pub(crate) options: Options,
    pub(crate) events: Vec<ParameterOptions>,
    /// The pattern of the only parameter, which the macro has renamed.
    pub(super) pattern: Option<Pat>,
    /// The path of the runtime's private module.
    pub(crate) runtime: TokenStream,
    /// `#[fan_in]` only: the name of the generated type.
    pub(crate) join: Option<LitStr>,
}

impl Handler {
    pub(crate) fn new(function: Function, options: Options, events: Vec<ParameterOptions>) -> Self {
        let runtime = options.crate_path.as_ref().map_or_else(
            || quote!(::linked_span::__private),
            |runtime: &Path| quote!(#runtime::__private),
        );
        Self {
            function,
            options,
            events,
            pattern: None,
            runtime,
            join: None,
        }
    }

    /// Returns `true` if the attribute uses the variable.
    pub(super) fn uses(&self, variable: &Ident) -> bool {
        let is_event = |event: &ParameterOptions| is_same_name(&event.ident, variable);
        let names = |expression: &Expr| uses_variable(expression.to_token_stream(), variable);
        self.events.iter().any(is_event) || self.expressions().any(names)
    }

    fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let of_events = self.events.iter().flat_map(ParameterOptions::expressions);
        self.options.expressions().chain(of_events)
    }

    /// Returns the event, if there is one and the attribute computes nothing else.
    pub(super) fn only_event(&self) -> Option<&ParameterOptions> {
        match self.events.as_slice() {
            [event] if event.is_bare() && !self.options.computes_something() => Some(event),
            _ => None,
        }
    }

    /// Returns the name of the span, or of its callsite if it is computed.
    pub(crate) fn name(&self) -> LitStr {
        let name = self.options.name.as_ref().and_then(text_literal);
        name.unwrap_or_else(|| {
            let function = &self.function.signature.ident;
            LitStr::new(&function.unraw().to_string(), function.span())
        })
    }

    /// Returns the path of the crate.
    pub(super) fn crate_path(&self) -> TokenStream {
        let given = self.options.crate_path.as_ref();
        given.map_or_else(|| quote!(::linked_span), ToTokens::to_token_stream)
    }

    /// Returns a path into the runtime, whose errors appear at this span.
    pub(super) fn runtime_path(&self, name: &str, span: Span) -> TokenStream {
        let runtime = &self.runtime;
        let name = Ident::new(name, span);
        at(span, quote!(#runtime::#name))
    }
}
