//! The options of an attribute.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, LitStr, Member, Path};

use super::literal::text_literal;
use super::message::MessageOptions;
use super::send::SendOptions;

/// Holds the parameters that the attribute names, and the options after them.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) parameters: Vec<ParameterOptions>,
    pub(crate) name: Option<Expr>,
    pub(crate) kind: Option<Ident>,
    pub(crate) relationship: Option<Expr>,
    pub(crate) attributes: Option<Vec<AttributeEntry>>,
    pub(crate) parent: Option<Ident>,
    pub(crate) errors: Option<Ident>,
    pub(crate) scope: Option<Expr>,
    pub(crate) tracer: Option<Expr>,
    pub(crate) level: Option<Level>,
    /// The target of the `tracing` span.
    pub(crate) target: Option<Expr>,
    /// The names of the options that do nothing without the runtime's feature `tracing`.
    pub(crate) needs_tracing: Vec<Ident>,
    pub(crate) crate_path: Option<Path>,
    /// `#[linked_span]` only: the function sends messages.
    pub(crate) send: Option<SendOptions>,
    /// `#[fan_in]` only: the field that is the key of every input.
    pub(crate) key: Option<Vec<Member>>,
    /// `#[fan_in]` only: the name of the generated type.
    pub(crate) join: Option<Ident>,
}

/// Holds the level of the `tracing` span.
pub(crate) struct Level {
    /// The variant of the runtime's `LogLevel`.
    pub(crate) variant: Ident,
    /// The path as the user wrote it. The expansion repeats it, because its import would otherwise be unused.
    pub(crate) path: Option<ExprPath>,
}

/// Holds one parameter that the attribute names, and the options in its parentheses.
pub(crate) struct ParameterOptions {
    pub(crate) ident: Ident,
    /// `#[fan_in]` only: the key of this input.
    pub(crate) key: Option<Expr>,
    /// `#[fan_in]` only: the number of elements that completes this list.
    pub(crate) count: Option<Expr>,
    /// `#[fan_in]` only: the identity of an element of this list.
    pub(crate) id: Option<Expr>,
    pub(crate) origin: Option<Expr>,
    /// The options for a broker's message.
    pub(crate) message: MessageOptions,
    pub(crate) relationship: Option<Expr>,
    pub(crate) attributes: Option<Vec<AttributeEntry>>,
    /// `true` if an option is wrong, so others may seem to be missing.
    pub(crate) has_errors: bool,
}

/// Holds `key = value` of a list of attributes.
#[derive(Clone)]
pub(crate) struct AttributeEntry {
    pub(crate) key: TokenStream,
    pub(crate) value: Expr,
    pub(crate) form: ValueForm,
}

/// Selects the conversion of an attribute's value to text.
#[derive(Clone, Copy)]
pub(crate) enum ValueForm {
    Plain,
    Display,
    Debug,
}

impl Options {
    /// Returns the expressions of the span, which may name parameters and run for each call.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let Self {
            name,
            relationship,
            attributes,
            tracer,
            send,
            ..
        } = self;
        let values = attributes.iter().flatten().map(|entry| &entry.value);
        let expressions = name.iter().chain(relationship).chain(tracer);
        let of_send = send.iter().flat_map(SendOptions::expressions);
        expressions.chain(values).chain(of_send)
    }

    /// Returns `true` if a call of the handler evaluates something for the span beyond its one event.
    pub(crate) fn computes_something(&self) -> bool {
        let is_computed = |name: &Expr| text_literal(name).is_none();
        self.name.as_ref().is_some_and(is_computed)
            || self.has_event_as_parent()
            || self.relationship.is_some()
            || self.attributes.is_some()
            || self.tracer.is_some()
            || self.send.is_some()
    }

    /// Returns the keys that are known when the handler is compiled.
    pub(crate) fn literal_keys(&self) -> impl Iterator<Item = LitStr> {
        let entries = self.attributes.iter().flatten();
        entries.filter_map(|entry| syn::parse2(entry.key.clone()).ok())
    }

    /// Returns `true` for `parent = event`.
    pub(crate) fn has_event_as_parent(&self) -> bool {
        let parent = self.parent.as_ref();
        parent.is_some_and(|parent| parent == "event")
    }
}

impl ParameterOptions {
    pub(crate) fn new(ident: Ident) -> Self {
        Self {
            ident,
            key: None,
            count: None,
            id: None,
            origin: None,
            message: MessageOptions::default(),
            relationship: None,
            attributes: None,
            has_errors: false,
        }
    }

    /// Returns the expressions of the parameter's link.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let values = self.attributes.iter().flatten().map(|entry| &entry.value);
        let of_message = self.message.expressions();
        let origin = self.origin.iter().chain(of_message);
        origin.chain(&self.relationship).chain(values)
    }

    /// Returns `true` if the parameter is described as a message: the function has received it.
    pub(crate) fn is_received(&self) -> bool {
        self.message.adapter.is_some() || self.message.view.is_some()
    }

    /// Returns `true` if the attribute computes nothing for the parameter, which an adapter may read.
    pub(crate) fn is_bare(&self) -> bool {
        self.origin.is_none()
            && self.relationship.is_none()
            && self.attributes.is_none()
            && self.message.is_constant()
    }
}

impl AttributeEntry {
    /// Returns the value as the runtime takes it: by reference, a literal without a copy.
    pub(crate) fn value(&self, runtime: &TokenStream) -> TokenStream {
        let value = &self.value;
        let span = value.span().resolved_at(Span::mixed_site());
        match self.form {
            ValueForm::Plain => plain_value(value, runtime),
            ValueForm::Display => quote_spanned!(span=> &::core::format_args!("{}", #value)),
            ValueForm::Debug => quote_spanned!(span=> &::core::format_args!("{:?}", #value)),
        }
    }
}

pub(crate) fn plain_value(value: &Expr, runtime: &TokenStream) -> TokenStream {
    let span = value.span().resolved_at(Span::mixed_site());
    text_literal(value).map_or_else(
        || quote_spanned!(span=> &(#value)),
        |text| quote!(&#runtime::constant(#text)),
    )
}
