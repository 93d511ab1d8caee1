//! The expansion of `#[derive(LinkedEvent)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Field, Fields, GenericArgument, LitStr, Member, Meta,
    Path, PathArguments, Result, Token, Type,
};

use crate::args::{each_item, once, runtime, unknown_option};
use crate::error::{Errors, at};
use crate::handler::contains_ident;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let event = Event::check(&input, &mut errors);
    if errors.is_empty() {
        event.into_tokens()
    } else {
        let errors = errors.into_compile_errors();
        let placeholder = event.placeholder();
        quote!(#errors #placeholder)
    }
}

/// A type of events, checked.
struct Event<'i> {
    input: &'i DeriveInput,
    variants: Vec<Variant<'i>>,
    runtime: TokenStream,
}

/// A variant, or a struct as its own only one.
struct Variant<'i> {
    ident: &'i Ident,
    /// The pattern's path.
    path: TokenStream,
    content: Content<'i>,
}

enum Content<'i> {
    /// The single unnamed field is the event.
    Delegate(&'i Field),
    Roles(Box<Roles<'i>>),
}

/// Which field is what.
#[derive(Default)]
struct Roles<'i> {
    metadata: Option<Role<'i>>,
    id: Option<Role<'i>>,
    event_type: Option<Role<'i>>,
    /// `#[event(type = "…")]`
    constant_type: Option<LitStr>,
    key: Option<Role<'i>>,
    attributes: Vec<(Vec<LitStr>, Role<'i>)>,
}

#[derive(Clone)]
struct Role<'i> {
    member: Member,
    field: &'i Field,
    /// The variable it is bound to.
    binding: Ident,
}

/// What `#[event(…)]` says on a field.
#[derive(Default)]
struct FieldArgs {
    metadata: Option<Ident>,
    id: Option<Ident>,
    event_type: Option<Ident>,
    key: Option<Ident>,
    skip: Option<Ident>,
    attributes: Vec<LitStr>,
}

/// What it says on a struct, an enum or a variant.
#[derive(Default)]
struct TypeArgs {
    event_type: Option<LitStr>,
    runtime: Option<Path>,
}

impl<'i> Event<'i> {
    fn check(input: &'i DeriveInput, errors: &mut Errors) -> Self {
        let args = TypeArgs::parse(&input.attrs, true, errors);
        let variants = match &input.data {
            Data::Struct(data) => {
                let ident = &input.ident;
                vec![Variant::check(
                    ident,
                    quote!(Self),
                    &data.fields,
                    args.event_type,
                    errors,
                )]
            }
            Data::Enum(data) => {
                let variant = |variant: &'i syn::Variant| {
                    let own = TypeArgs::parse(&variant.attrs, false, errors);
                    let ident = &variant.ident;
                    let constant_type = own.event_type.or_else(|| args.event_type.clone());
                    let path = quote_spanned!(ident.span()=> Self::#ident);
                    Variant::check(ident, path, &variant.fields, constant_type, errors)
                };
                data.variants.iter().map(variant).collect()
            }
            Data::Union(data) => {
                errors.at(
                    data.union_token,
                    "the fields of a union cannot be told apart: implement `LinkedEvent` by hand",
                );
                Vec::new()
            }
        };
        if let (Data::Enum(_), true) = (&input.data, variants.is_empty()) {
            errors.at(
                &input.ident,
                "an enum without variants has no values: give it one that is an event, or leave the derive out",
            );
        }
        let event = Self {
            input,
            variants,
            runtime: args
                .runtime
                .map_or_else(|| quote!(::linked_span), ToTokens::into_token_stream),
        };
        event.check_keys(errors);
        event
    }

    fn is_keyed(&self) -> bool {
        self.variants
            .iter()
            .any(|variant| matches!(&variant.content, Content::Roles(roles) if roles.key.is_some()))
    }

    fn check_keys(&self, errors: &mut Errors) {
        let without_key = |variant: &&Variant<'_>| matches!(&variant.content, Content::Roles(roles) if roles.key.is_none());
        if self.is_keyed() {
            for variant in self.variants.iter().filter(without_key) {
                errors.at(
                    variant.ident,
                    "other variants have a key: mark this one's with `#[event(key)]`, or mark none and implement `Keyed` by hand",
                );
            }
        }
    }

    fn into_tokens(self) -> TokenStream {
        let runtime = &self.runtime;
        let ident = &self.input.ident;
        let (generics, arguments, _) = self.input.generics.split_for_impl();
        let bounds = self.where_clause(false);
        let origin = self.arms(|variant| variant.origin(runtime));
        let id = self.arms(|variant| variant.id(runtime));
        let event_type = self.arms(|variant| variant.event_type(runtime));
        let attributes = self.arms(|variant| variant.attributes(runtime));
        let keyed = self.is_keyed().then(|| {
            let bounds = self.where_clause(true);
            let key = self.arms(|variant| variant.key(runtime));
            quote! {
                #[automatically_derived]
                impl #generics #runtime::Keyed for #ident #arguments #bounds {
                    fn key(&self) -> ::std::borrow::Cow<'_, ::core::primitive::str> {
                        match self { #key }
                    }
                }
            }
        });
        quote! {
            #[automatically_derived]
            impl #generics #runtime::LinkedEvent for #ident #arguments #bounds {
                fn origin(&self) -> #runtime::Origin {
                    match self { #origin }
                }
                fn id(&self) -> ::core::option::Option<#runtime::__private::StringValue> {
                    match self { #id }
                }
                fn event_type(&self) -> ::core::option::Option<#runtime::__private::StringValue> {
                    match self { #event_type }
                }
                fn attributes(&self, attributes: &mut #runtime::Attributes) {
                    match self { #attributes }
                }
            }
            #keyed
        }
    }

    /// What keeps one mistake from becoming an error at every handler of the event.
    fn placeholder(&self) -> TokenStream {
        let runtime = &self.runtime;
        let ident = &self.input.ident;
        let (generics, arguments, bounds) = self.input.generics.split_for_impl();
        let keyed = self.is_keyed().then(|| {
            quote! {
                impl #generics #runtime::Keyed for #ident #arguments #bounds {
                    fn key(&self) -> ::std::borrow::Cow<'_, ::core::primitive::str> {
                        ::core::panic!()
                    }
                }
            }
        });
        quote! {
            impl #generics #runtime::LinkedEvent for #ident #arguments #bounds {
                fn origin(&self) -> #runtime::Origin {
                    ::core::panic!()
                }
            }
            #keyed
        }
    }

    fn arms(&self, arm: impl Fn(&Variant<'i>) -> TokenStream) -> TokenStream {
        self.variants.iter().map(arm).collect()
    }

    /// The user's own, and a bound for each type of ours that mentions a generic.
    fn where_clause(&self, keyed: bool) -> TokenStream {
        let runtime = &self.runtime;
        let generics: Vec<&Ident> = self
            .input
            .generics
            .type_params()
            .map(|param| &param.ident)
            .collect();
        let mut bounds = TokenStream::new();
        let mut require = |bounded: &Type, bound: TokenStream| {
            let is_generic = |ident: &Ident| generics.contains(&ident);
            if contains_ident(bounded.to_token_stream(), &is_generic) {
                bounds.extend(quote!(#bounded: #bound,));
            }
        };
        for variant in &self.variants {
            match &variant.content {
                Content::Delegate(field) if keyed => require(&field.ty, quote!(#runtime::Keyed)),
                Content::Delegate(field) => require(&field.ty, quote!(#runtime::LinkedEvent)),
                Content::Roles(roles) if keyed => {
                    if let Some(key) = &roles.key {
                        require(&key.field.ty, quote!(::core::fmt::Display));
                    }
                }
                Content::Roles(roles) => {
                    if let Some(metadata) = &roles.metadata {
                        require(&metadata.field.ty, quote!(#runtime::Carrier));
                    }
                    for text in roles.id.iter().chain(&roles.event_type) {
                        require(unwrapped(&text.field.ty), quote!(::core::fmt::Display));
                    }
                    for (_, attribute) in &roles.attributes {
                        require(&attribute.field.ty, quote!(#runtime::AttributeValue));
                    }
                }
            }
        }
        let own = self
            .input
            .generics
            .where_clause
            .as_ref()
            .map(|clause| &clause.predicates);
        match own {
            Some(own) if !own.is_empty() => {
                let comma = (!own.trailing_punct()).then(<Token![,]>::default);
                quote!(where #own #comma #bounds)
            }
            _ if bounds.is_empty() => TokenStream::new(),
            _ => quote!(where #bounds),
        }
    }
}

/// `T` of an `Option<T>`, else the type itself.
fn unwrapped(field: &Type) -> &Type {
    let Type::Path(path) = field else {
        return field;
    };
    match path.path.segments.last() {
        Some(last) if last.ident == "Option" => match &last.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                Some(GenericArgument::Type(inner)) => inner,
                _ => field,
            },
            _ => field,
        },
        _ => field,
    }
}

impl<'i> Variant<'i> {
    fn check(
        ident: &'i Ident,
        path: TokenStream,
        fields: &'i Fields,
        constant_type: Option<LitStr>,
        errors: &mut Errors,
    ) -> Self {
        let marked: Vec<(Role<'i>, FieldArgs)> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| (Role::of(index, field), FieldArgs::parse(field, errors)))
            .collect();
        let content = match (fields, marked.as_slice()) {
            (Fields::Unnamed(_), [(only, args)]) if constant_type.is_none() && args.is_empty() => {
                Content::Delegate(only.field)
            }
            _ => Content::Roles(Box::new(Roles::check(
                ident,
                &marked,
                constant_type,
                errors,
            ))),
        };
        Self {
            ident,
            path,
            content,
        }
    }

    fn origin(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate(field) => self.delegate(field, quote!(#runtime::LinkedEvent::origin)),
            Content::Roles(roles) => self.with(roles.metadata.as_ref(), |metadata| {
                let binding = &metadata.binding;
                let call = at(metadata.span(), quote!(#runtime::Carrier::origin));
                quote!(#call(#binding))
            }),
        }
    }

    fn id(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate(field) => self.delegate(field, quote!(#runtime::LinkedEvent::id)),
            Content::Roles(roles) => {
                self.with(roles.id.as_ref(), |id| id.described(runtime, &quote!(text)))
            }
        }
    }

    fn event_type(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate(field) => {
                self.delegate(field, quote!(#runtime::LinkedEvent::event_type))
            }
            Content::Roles(roles) => match &roles.constant_type {
                Some(constant) => {
                    let path = &self.path;
                    quote! {
                        #path { .. } => ::core::option::Option::Some(
                            #runtime::__private::constant(#constant)
                        ),
                    }
                }
                None => self.with(roles.event_type.as_ref(), |event_type| {
                    event_type.described(runtime, &quote!(text))
                }),
            },
        }
    }

    fn key(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate(field) => self.delegate(field, quote!(#runtime::Keyed::key)),
            Content::Roles(roles) => self.with(roles.key.as_ref(), |key| {
                key.described(runtime, &quote!(key))
            }),
        }
    }

    fn attributes(&self, runtime: &TokenStream) -> TokenStream {
        let path = &self.path;
        match &self.content {
            Content::Delegate(field) => {
                let call = at(
                    at_the_type_of(field),
                    quote!(#runtime::LinkedEvent::attributes),
                );
                let event = Ident::new("event", at_the_type_of(field));
                quote!(#path { 0: #event } => #call(#event, attributes),)
            }
            Content::Roles(roles) => {
                let patterns = roles.attributes.iter().map(|(_, role)| role.pattern());
                let set = roles.attributes.iter().map(|(keys, role)| {
                    let binding = &role.binding;
                    let span = role.field.ty.span().resolved_at(Span::call_site());
                    quote_spanned!(span=> #(attributes.set(#keys, #binding);)*)
                });
                let unused = roles
                    .attributes
                    .is_empty()
                    .then(|| quote!(let _ = attributes;));
                quote!(#path { #(#patterns,)* .. } => { #(#set)* #unused })
            }
        }
    }

    fn delegate(&self, field: &Field, call: TokenStream) -> TokenStream {
        let path = &self.path;
        let call = at(at_the_type_of(field), call);
        let event = Ident::new("event", at_the_type_of(field));
        quote!(#path { 0: #event } => #call(#event),)
    }

    /// An arm that uses one field; `None` if the variant has no field for this.
    fn with(
        &self,
        role: Option<&Role<'_>>,
        value: impl FnOnce(&Role<'_>) -> TokenStream,
    ) -> TokenStream {
        let path = &self.path;
        let Some(role) = role else {
            return quote!(#path { .. } => ::core::option::Option::None,);
        };
        let (pattern, value) = (role.pattern(), value(role));
        quote!(#path { #pattern, .. } => { #value })
    }
}

impl<'i> Roles<'i> {
    fn check(
        ident: &Ident,
        fields: &[(Role<'i>, FieldArgs)],
        constant_type: Option<LitStr>,
        errors: &mut Errors,
    ) -> Self {
        let mut roles = Self {
            constant_type,
            ..Self::default()
        };
        for (role, args) in fields {
            let mut give = |to: &mut Option<Role<'i>>, what: &str, word: &Option<Ident>| {
                if let Some(word) = word {
                    if to.is_some() {
                        errors.at(
                            word,
                            format!("an event has one {what}: mark one field only"),
                        );
                    }
                    *to = Some(role.clone());
                }
            };
            give(
                &mut roles.metadata,
                "carrier of its context",
                &args.metadata,
            );
            give(&mut roles.id, "id", &args.id);
            give(&mut roles.event_type, "type", &args.event_type);
            give(&mut roles.key, "key", &args.key);
            if !args.attributes.is_empty() {
                roles
                    .attributes
                    .push((args.attributes.clone(), role.clone()));
            }
        }
        if let (Some(event_type), Some(constant)) = (&roles.event_type, &roles.constant_type) {
            errors.at(
                constant,
                format!(
                    "an event has one type, and the field `{}` is marked as that",
                    event_type.name()
                ),
            );
        }
        let called = |names: &[&str]| {
            let named = |(role, args): &&(Role<'i>, FieldArgs)| {
                args.skip.is_none() && names.iter().any(|name| role.name() == *name)
            };
            fields.iter().find(named).map(|(role, _)| role.clone())
        };
        roles.metadata = roles.metadata.or_else(|| called(&["metadata"]));
        roles.id = roles.id.or_else(|| called(&["id"]));
        if roles.constant_type.is_none() {
            roles.event_type = roles
                .event_type
                .or_else(|| called(&["type"]))
                .or_else(|| called(&["event_type"]));
        }
        if roles.metadata.is_none() {
            errors.at(
                ident,
                format!(
                    "`{ident}` has no field that carries its producer's context: add `metadata: linked_span::Origin`, or mark the field that does with `#[event(metadata)]`"
                ),
            );
        }
        roles
    }
}

impl<'i> Role<'i> {
    fn of(index: usize, field: &'i Field) -> Self {
        let member = match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(index.into()),
        };
        Self {
            member,
            field,
            binding: format_ident!("field_{index}", span = at_the_type_of(field)),
        }
    }

    /// The field's name, without an `r#`; nothing for a field without one.
    fn name(&self) -> String {
        match &self.member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(_) => String::new(),
        }
    }

    /// Where an error about the field's type belongs.
    fn span(&self) -> Span {
        at_the_type_of(self.field)
    }

    fn pattern(&self) -> TokenStream {
        let Self {
            member, binding, ..
        } = self;
        quote!(#member: #binding)
    }

    /// The field's value by the function `what`, `text` or `key`; errors point at its type.
    fn described(&self, runtime: &TokenStream, what: &TokenStream) -> TokenStream {
        let binding = &self.binding;
        let span = self.span();
        let what_is_said = at(span, quote!(#runtime::__private::#what));
        let described = quote_spanned!(span=> (&&&&&#runtime::__private::Field(#binding)).#what());
        quote! {
            use #runtime::__private::Describe as _;
            #what_is_said(#binding, #described)
        }
    }
}

fn at_the_type_of(field: &Field) -> Span {
    field.ty.span().resolved_at(Span::mixed_site())
}

impl FieldArgs {
    const NAMES: [&str; 6] = ["metadata", "id", "type", "key", "attribute", "skip"];

    fn parse(field: &Field, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        each_word(&field.attrs, errors, |word, input| {
            if word == "attribute" {
                args.attributes.push(attribute_key(&word, input)?);
                return Ok(());
            }
            let role = match word.to_string().as_str() {
                "metadata" => &mut args.metadata,
                "id" => &mut args.id,
                "type" => &mut args.event_type,
                "key" => &mut args.key,
                "skip" => &mut args.skip,
                "crate" => {
                    return Err(Error::new(
                        word.span(),
                        "`#[event(crate = …)]` stands on the type",
                    ));
                }
                other => return Err(Error::new(word.span(), unknown_option(other, &Self::NAMES))),
            };
            if input.peek(Token![=]) {
                return Err(input.error(format!(
                    "on a field it is `#[event({word})]`, without a value"
                )));
            }
            once(role, &word, word.clone())
        });
        args
    }

    fn is_empty(&self) -> bool {
        let Self {
            metadata,
            id,
            event_type,
            key,
            skip,
            attributes,
        } = self;
        [metadata, id, event_type, key, skip]
            .into_iter()
            .all(Option::is_none)
            && attributes.is_empty()
    }
}

impl TypeArgs {
    fn parse(attributes: &[Attribute], on_the_type: bool, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        each_word(attributes, errors, |word, input| {
            match word.to_string().as_str() {
                "type" => {
                    let event_type = string(&word, input, "payment.confirmed")?;
                    once(&mut args.event_type, &word, event_type)
                }
                "crate" if on_the_type => once(&mut args.runtime, &word, runtime(&word, input)?),
                "crate" => Err(Error::new(
                    word.span(),
                    "`#[event(crate = …)]` stands on the type",
                )),
                other if FieldArgs::NAMES.contains(&other) => Err(Error::new(
                    word.span(),
                    format!("`#[event({other})]` stands on a field"),
                )),
                other => Err(Error::new(
                    word.span(),
                    unknown_option(other, &["type", "crate"]),
                )),
            }
        });
        args
    }
}

/// Each word of each `#[event(…)]`.
fn each_word(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut word: impl FnMut(Ident, ParseStream) -> Result<()>,
) {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("event"))
    {
        match &attribute.meta {
            Meta::List(list) => each_item(list.tokens.clone(), errors, |input, _| {
                word(input.call(Ident::parse_any)?, input)
            }),
            other => errors.at(other, "`#[event(…)]` says what a field is: `#[event(id)]`"),
        }
    }
}

fn attribute_key(word: &Ident, input: ParseStream) -> Result<LitStr> {
    let key = string(word, input, "order.id")?;
    if key.value().is_empty() {
        let help = "the key of an attribute cannot be empty";
        return Err(Error::new(key.span(), help));
    }
    Ok(key)
}

fn string(word: &Ident, input: ParseStream, example: &str) -> Result<LitStr> {
    let help = || format!("`{word}` takes a string: `#[event({word} = \"{example}\")]`");
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), help()));
    }
    input.parse::<Token![=]>()?;
    input
        .parse()
        .map_err(|error: Error| Error::new(error.span(), help()))
}
