//! A handler and its options, checked.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Expr, LitStr, Pat, Path};

use crate::function::{Function, names_the_variable};
use crate::options::{Options, ParameterOptions, text_literal};
use crate::tokens::{at, is_same};

/// A handler and what its attribute says, checked.
pub(crate) struct Handler {
    pub(crate) function: Function,
    pub(crate) options: Options,
    pub(crate) events: Vec<ParameterOptions>,
    /// Of the only parameter, which got a name of ours.
    pub(super) pattern: Option<Pat>,
    /// Where the runtime is that generated code calls.
    pub(crate) runtime: TokenStream,
    /// A fan-in's: what its joins are called.
    pub(crate) join: Option<LitStr>,
}

impl Handler {
    /// A function whose events are known.
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

    /// Whether the attribute names a variable.
    pub(super) fn speaks_of(&self, variable: &Ident) -> bool {
        let is_event = |event: &ParameterOptions| is_same(&event.ident, variable);
        let names = |expression: &Expr| names_the_variable(expression.to_token_stream(), variable);
        self.events.iter().any(is_event) || self.expressions().any(names)
    }

    /// All that the attribute computes from parameters.
    fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let of_events = self.events.iter().flat_map(ParameterOptions::expressions);
        self.options.expressions().chain(of_events)
    }

    /// The only event, if the attribute does not say more of it or of the span that has to be computed.
    pub(super) fn only_event(&self) -> Option<&ParameterOptions> {
        match self.events.as_slice() {
            [event] if event.is_bare() && !self.options.computes_something() => Some(event),
            _ => None,
        }
    }

    /// The span's name, as far as it is known at compile time.
    pub(crate) fn name(&self) -> LitStr {
        let name = self.options.name.as_ref().and_then(text_literal);
        name.unwrap_or_else(|| {
            let function = &self.function.signature.ident;
            LitStr::new(&function.unraw().to_string(), function.span())
        })
    }

    /// The crate's path.
    pub(super) fn crate_path(&self) -> TokenStream {
        let given = self.options.crate_path.as_ref();
        given.map_or_else(|| quote!(::linked_span), ToTokens::to_token_stream)
    }

    /// A path into the runtime, with its errors reported there.
    pub(super) fn of_the_runtime(&self, name: &str, span: Span) -> TokenStream {
        let runtime = &self.runtime;
        let name = Ident::new(name, span);
        at(span, quote!(#runtime::#name))
    }
}
