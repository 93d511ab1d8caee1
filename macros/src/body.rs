//! How the body gets the function's parameters, once it is in a closure or an `async` block.
//!
//! Parameters drop in reverse order; a closure drops what it captures in the order in which it mentions it. So the body
//! begins with statements that mention each parameter by value, the last one first. A pattern, and a variable that is
//! assigned, are bound inside, where lints see them as parameters. What follows them is bound there too: variables drop
//! before captures.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, FnArg, Meta, Pat, PatIdent, PatType, Receiver, ReceiverKind, Signature, Token, Type,
};

use crate::handler::{Variable, contains_ident, variables, with_stream};
use crate::output::ungrouped;
use crate::variables::{Mention, is_assigned, mention};

/// What comes before the user's body.
#[derive(Default)]
pub(crate) struct Bindings {
    slots: Vec<Slot>,
    /// A parameter by value is bound inside, and all that follow are.
    binds: bool,
}

/// What an `async` block needs more than a closure.
pub(crate) enum Before {
    Nothing,
    /// A statement that says what the block returns.
    Hint(TokenStream),
    /// An `async fn` may return a future; of an `async` block with one at its end, clippy says that it lacks an `.await`.
    /// So this one has a `return`, and another value that is never evaluated: rustc calls a `return` of what diverges
    /// unreachable.
    Returns {
        hint: TokenStream,
        never: Option<TokenStream>,
    },
}

/// A parameter, or a variable of one that is a pattern.
struct Slot {
    /// What the function calls it.
    source: Ident,
    conditions: Vec<Attribute>,
    is_reference: bool,
    binding: TokenStream,
}

/// The attributes of a parameter that go with it into the body. Others belong to other macros, and mean nothing there.
#[derive(Default)]
struct Attributes {
    /// `cfg`
    conditions: Vec<Attribute>,
    /// `allow`, `expect` and the like.
    lints: Vec<Attribute>,
}

/// What the body and the attribute do with variables.
pub(crate) struct Uses<'u> {
    pub(crate) body: TokenStream,
    /// Whether the attribute names one, which then has to be there before the body.
    pub(crate) is_spoken_of: &'u dyn Fn(&Ident) -> bool,
}

impl Bindings {
    /// Takes out of the signature what is bound inside. `only_pattern` was the only parameter's, which has got a name of
    /// ours; `is_matched` says that its variables are bound before the body.
    pub(crate) fn of(
        signature: &mut Signature,
        mut only_pattern: Option<&mut Pat>,
        is_matched: bool,
        uses: &Uses<'_>,
    ) -> Self {
        let mut bindings = Self::default();
        for (index, input) in signature.inputs.iter_mut().enumerate() {
            match (input, only_pattern.as_deref_mut()) {
                (FnArg::Receiver(receiver), _) => bindings.receiver(receiver),
                (FnArg::Typed(_), Some(pattern)) if is_matched => {
                    bindings.variables(pattern, false, &Attributes::default(), uses);
                }
                (FnArg::Typed(parameter), Some(pattern)) => {
                    if let Pat::Ident(PatIdent { ident, .. }) = &*parameter.pat {
                        let ident = ident.clone();
                        let attributes = Attributes::taken_from(parameter);
                        let is_reference = is_reference(&parameter.ty);
                        bindings.destructure(ident, &attributes, is_reference, pattern);
                    }
                }
                (FnArg::Typed(parameter), None) => bindings.parameter(index, parameter, uses),
            }
        }
        bindings
    }

    fn receiver(&mut self, receiver: &Receiver) {
        if is_by_value(receiver) {
            let this = Ident::new("self", receiver.self_token.span);
            self.capture(this, &Attributes::default());
        }
    }

    fn parameter(&mut self, index: usize, parameter: &mut PatType, uses: &Uses<'_>) {
        let is_reference = is_reference(&parameter.ty);
        let is_spoken_of = |variable: &Variable| (uses.is_spoken_of)(&variable.ident);
        match &mut *parameter.pat {
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                ident,
                ..
            }) if !is_ignored(ident, uses) => {
                let attributes = Attributes::of(&parameter.attrs);
                let before = self.slots.len();
                self.variables(&mut parameter.pat, is_reference, &attributes, uses);
                if self
                    .slots
                    .get(before)
                    .is_some_and(|slot| !slot.binding.is_empty())
                {
                    Attributes::taken_from(parameter);
                }
            }
            Pat::Ident(_) | Pat::Wild(_) if is_reference => {}
            // Under a name that only looks like the user's: to mention a `_name` is a lint.
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                ident,
                mutability,
                ..
            }) => {
                ident.set_span(ident.span().resolved_at(Span::mixed_site()));
                *mutability = None;
                let ident = ident.clone();
                self.capture(ident, &Attributes::of(&parameter.attrs));
            }
            Pat::Wild(_) => {
                let name = parameter_name(index);
                *parameter.pat = plain(&name);
                self.capture(name, &Attributes::of(&parameter.attrs));
            }
            pattern => {
                let variables = variables(pattern);
                if variables.iter().any(is_spoken_of) {
                    let attributes = Attributes::of(&parameter.attrs);
                    self.variables(pattern, is_reference, &attributes, uses);
                    return;
                }
                // What a macro binds is not known, so what the attribute may name stays where it is.
                let tokens = pattern.to_token_stream();
                if has_a_macro(tokens.clone()) && contains_ident(tokens, uses.is_spoken_of) {
                    return;
                }
                let is_assigned = |variable: &Variable| {
                    variable.is_mutable && is_assigned(uses.body.clone(), &variable.ident)
                };
                if is_reference && !variables.iter().any(is_assigned) {
                    return;
                }
                let name = parameter_name(index);
                let pattern = std::mem::replace(&mut *parameter.pat, plain(&name));
                let attributes = Attributes::taken_from(parameter);
                self.destructure(name, &attributes, is_reference, &pattern);
            }
        }
    }

    /// The variables of a pattern that stays where it is, which is not to call one `mut` that is bound inside.
    fn variables(
        &mut self,
        pattern: &mut Pat,
        is_reference: bool,
        attributes: &Attributes,
        uses: &Uses<'_>,
    ) {
        let mut inside = Vec::new();
        for variable in variables(pattern) {
            let is_reference = is_reference || variable.is_reference;
            let is_mutable = variable.is_mutable;
            let ident = variable.ident;
            let is_assigned = is_mutable && is_assigned(uses.body.clone(), &ident);
            let is_bound = is_assigned || (self.binds && !is_reference);
            if is_reference && !is_bound {
                continue;
            }
            let mention = if (uses.is_spoken_of)(&ident) {
                Mention::Certain
            } else {
                mention(uses.body.clone(), &ident)
            };
            if mention == Mention::Certain && !is_bound {
                self.capture(ident, attributes);
                continue;
            }
            inside.push(ident.clone());
            let mutability = is_mutable.then(<Token![mut]>::default);
            if mention == Mention::None && !is_bound {
                self.unused(ident, attributes, mutability);
            } else {
                let binding = quote!(#mutability #ident);
                self.bind(ident, attributes, is_reference, &binding);
            }
        }
        take_mutability(pattern, &inside);
    }

    /// The body names it, or cannot.
    fn capture(&mut self, source: Ident, attributes: &Attributes) {
        let binding = if self.binds {
            quote!(let #source = #source;)
        } else {
            TokenStream::new()
        };
        self.push(source, attributes, false, binding);
    }

    /// The user is to be told of it; a reference takes no room in a future.
    fn unused(&mut self, source: Ident, attributes: &Attributes, mutability: Option<Token![mut]>) {
        let lints = &attributes.lints;
        let binding = quote!(#(#lints)* let #mutability #source = &#source;);
        self.push(source, attributes, false, binding);
    }

    fn bind(
        &mut self,
        source: Ident,
        attributes: &Attributes,
        is_reference: bool,
        pattern: &TokenStream,
    ) {
        let lints = &attributes.lints;
        let binding = quote!(#(#lints)* let #pattern = #source;);
        self.push(source, attributes, is_reference, binding);
        self.binds |= !is_reference;
    }

    /// What a pattern leaves of its value drops after its variables, and before what is bound earlier.
    fn destructure(
        &mut self,
        source: Ident,
        attributes: &Attributes,
        is_reference: bool,
        pattern: &Pat,
    ) {
        if self.binds && !is_reference {
            let value = quote!(let #source = #source;);
            self.push(source.clone(), attributes, true, value);
        }
        let pattern = pattern.to_token_stream();
        self.bind(source, attributes, is_reference, &pattern);
    }

    fn push(
        &mut self,
        source: Ident,
        attributes: &Attributes,
        is_reference: bool,
        binding: TokenStream,
    ) {
        self.slots.push(Slot {
            source,
            conditions: attributes.conditions.clone(),
            is_reference,
            binding,
        });
    }

    /// The user's body, with what comes before it. Where that is a binding, the body is the arm of a `match`: it drops its
    /// temporaries before what is bound outside of it, in every edition. So it is where the body begins with an item.
    pub(crate) fn around(&self, before: &Before, body: &Group) -> Group {
        let statements = self.statements();
        let binds = self.slots.iter().any(|slot| !slot.binding.is_empty());
        let span = body.span().resolved_at(Span::mixed_site());
        match before {
            Before::Nothing if statements.is_empty() => body.clone(),
            Before::Returns { hint, never } => {
                // The body's arm is the first, where a wrong type is the body's.
                let arms = if let Some(never) = never {
                    quote_spanned!(span=> () if true => #body () => #never)
                } else {
                    quote_spanned!(span=> () => #body)
                };
                let returned = quote_spanned!(span=> return match () { #arms };);
                with_stream(body, quote!(#hint #statements #returned))
            }
            Before::Hint(hint) if !binds && !begins_with_an_item(body.stream()) => {
                let inside = body.stream();
                with_stream(body, quote!(#hint #statements #inside))
            }
            Before::Nothing | Before::Hint(_) => {
                let hint = match before {
                    Before::Hint(hint) => Some(hint),
                    _ => None,
                };
                let arm = quote_spanned!(span=> match () { () => #body });
                with_stream(body, quote!(#hint #statements #arm))
            }
        }
    }

    fn statements(&self) -> TokenStream {
        let mentions = self.slots.iter().rev().map(Slot::mention);
        let bindings = self.slots.iter().map(|slot| {
            let Slot {
                conditions,
                binding,
                ..
            } = slot;
            (!binding.is_empty()).then(|| quote!(#(#conditions)* #binding))
        });
        quote!(#(#mentions)* #(#bindings)*)
    }
}

impl Slot {
    /// Captures it whole.
    fn mention(&self) -> Option<TokenStream> {
        let Self {
            source, conditions, ..
        } = self;
        (!self.is_reference).then(|| quote!(#(#conditions)* let _ = &#source;))
    }
}

impl Attributes {
    fn of(attributes: &[Attribute]) -> Self {
        Self {
            conditions: attributes
                .iter()
                .filter_map(|one| only(one, &["cfg"]))
                .collect(),
            lints: attributes
                .iter()
                .filter_map(|one| only(one, &LINTS))
                .collect(),
        }
    }

    /// The same, with nothing left for the parameter to expect: `expect` can only be fulfilled once.
    fn taken_from(parameter: &mut PatType) -> Self {
        let attributes = Self::of(&parameter.attrs);
        parameter
            .attrs
            .retain(|attribute| only(attribute, &LINTS).is_none());
        attributes
    }
}

const LINTS: [&str; 5] = ["allow", "deny", "expect", "forbid", "warn"];

/// The attribute, if it has one of these names; of a `cfg_attr` those that have.
fn only(attribute: &Attribute, names: &[&str]) -> Option<Attribute> {
    let meta = only_meta(&attribute.meta, names)?;
    Some(Attribute {
        meta,
        ..attribute.clone()
    })
}

fn only_meta(meta: &Meta, names: &[&str]) -> Option<Meta> {
    let is_called = |name: &&str| meta.path().is_ident(name);
    if names.iter().any(is_called) {
        return Some(meta.clone());
    }
    let Meta::List(list) = meta else {
        return None;
    };
    if !is_called(&"cfg_attr") {
        return None;
    }
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let mut metas = parse.parse2(list.tokens.clone()).ok()?.into_iter();
    let condition = metas.next()?;
    let kept: Vec<Meta> = metas.filter_map(|meta| only_meta(&meta, names)).collect();
    if kept.is_empty() {
        return None;
    }
    let mut list = list.clone();
    list.tokens = quote!(#condition, #(#kept),*);
    Some(Meta::List(list))
}

/// Statements that use each parameter that has a name.
pub(crate) fn mentions(signature: &Signature) -> TokenStream {
    let each = signature.inputs.iter().map(|input| -> TokenStream {
        let FnArg::Typed(parameter) = input else {
            return TokenStream::new();
        };
        let conditions = Attributes::of(&parameter.attrs).conditions;
        let variables = variables(&parameter.pat).into_iter();
        let names = variables.map(|variable| variable.ident);
        names
            .map(|name| quote!(#(#conditions)* let _ = &#name;))
            .collect()
    });
    each.collect()
}

/// Whether a body may begin with an item: one after a statement would be a lint.
fn begins_with_an_item(body: TokenStream) -> bool {
    match body.into_iter().next() {
        Some(TokenTree::Ident(word)) => ITEMS.iter().any(|item| word == item),
        // An attribute, which may be an item's.
        Some(TokenTree::Punct(mark)) => mark.as_char() == '#',
        _ => false,
    }
}

const ITEMS: [&str; 15] = [
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "pub",
    "static",
    "struct",
    "trait",
    "type",
    "unsafe",
    "use",
];

/// Whether no lint is to speak of it.
fn is_ignored(ident: &Ident, uses: &Uses<'_>) -> bool {
    ident.to_string().starts_with('_')
        && !(uses.is_spoken_of)(ident)
        && matches!(mention(uses.body.clone(), ident), Mention::None)
}

/// `self`, or `self: Box<Self>`
pub(crate) fn is_by_value(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Typed(_, ty) => !is_reference(ty),
        ReceiverKind::Reference(..) => false,
        _ => true,
    }
}

pub(crate) fn is_reference(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Reference(_))
}

fn has_a_macro(pattern: TokenStream) -> bool {
    pattern.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '!',
        TokenTree::Group(group) => has_a_macro(group.stream()),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    })
}

fn parameter_name(index: usize) -> Ident {
    format_ident!("__linked_span_{index}", span = Span::mixed_site())
}

fn plain(ident: &Ident) -> Pat {
    Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: ident.clone(),
        subpat: None,
    })
}

fn take_mutability(pattern: &mut Pat, of: &[Ident]) {
    match pattern {
        Pat::Ident(binding) => {
            if of.contains(&binding.ident) {
                binding.mutability = None;
            }
            if let Some((_, pattern)) = &mut binding.subpat {
                take_mutability(pattern, of);
            }
        }
        Pat::Or(alternatives) => each(alternatives.cases.iter_mut(), of),
        Pat::Paren(inner) => take_mutability(&mut inner.pat, of),
        Pat::Reference(inner) => take_mutability(&mut inner.pat, of),
        Pat::Type(inner) => take_mutability(&mut inner.pat, of),
        Pat::Slice(list) => each(list.elems.iter_mut(), of),
        Pat::Tuple(list) => each(list.elems.iter_mut(), of),
        Pat::TupleStruct(list) => each(list.elems.iter_mut(), of),
        Pat::Struct(list) => {
            each(list.fields.iter_mut().map(|field| &mut *field.pat), of);
        }
        _ => {}
    }
}

fn each<'p>(patterns: impl Iterator<Item = &'p mut Pat>, of: &[Ident]) {
    for pattern in patterns {
        take_mutability(pattern, of);
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn lints(attribute: &Attribute) -> Option<String> {
        let kept = only(attribute, &LINTS)?;
        Some(kept.to_token_stream().to_string().replace(' ', ""))
    }

    #[test]
    fn attribute_of_another_macro_stays_with_the_parameter() {
        assert_eq!(lints(&parse_quote!(#[builder(default)])), None);
        assert_eq!(lints(&parse_quote!(#[cfg_attr(test, builder)])), None);
        assert_eq!(lints(&parse_quote!(#[cfg(test)])), None);
    }

    #[test]
    fn lint_goes_with_the_parameter_into_the_body() {
        let allow = parse_quote!(#[allow(unused)]);
        assert_eq!(lints(&allow).as_deref(), Some("#[allow(unused)]"));
        let conditional = parse_quote!(#[cfg_attr(test, builder, expect(unused))]);
        let kept = Some("#[cfg_attr(test,expect(unused))]");
        assert_eq!(lints(&conditional).as_deref(), kept);
    }

    #[test]
    fn body_that_begins_with_an_item_is_recognized() {
        assert!(begins_with_an_item(quote!(const ONE: u8 = 1;, ONE)));
        assert!(begins_with_an_item(quote!(
            #[inline]
            fn f() {}
        )));
        assert!(!begins_with_an_item(
            quote!(let one = 1; const TWO: u8 = 2;)
        ));
    }
}
