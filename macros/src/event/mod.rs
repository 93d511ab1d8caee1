//! The expansion of `#[derive(LinkedEvent)]`.

mod args;
mod roles;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, GenericArgument, PathArguments, Token, Type,
};

use self::args::{FieldArgs, TypeArgs};
use self::roles::{Role, Roles, at_the_type_of, of_the_derive};
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
    Delegate {
        field: &'i Field,
        /// It is marked as one that has a key.
        is_keyed: bool,
    },
    Roles(Box<Roles<'i>>),
}

impl<'i> Event<'i> {
    fn check(input: &'i DeriveInput, errors: &mut Errors) -> Self {
        let args = TypeArgs::parse(&input.attrs, true, errors);
        refuse_packed(input, errors);
        let variants = match &input.data {
            Data::Struct(data) => {
                let ident = &input.ident;
                vec![Variant::check(
                    ident,
                    quote!(Self),
                    &data.fields,
                    &args,
                    errors,
                )]
            }
            Data::Enum(data) => {
                let variant = |variant: &'i syn::Variant| {
                    let mut own = TypeArgs::parse(&variant.attrs, false, errors);
                    own.event_type = own.event_type.or_else(|| args.event_type.clone());
                    own.no_origin = own.no_origin.or_else(|| args.no_origin.clone());
                    let ident = &variant.ident;
                    let name = of_the_derive(ident);
                    let path = quote_spanned!(name.span()=> Self::#name);
                    Variant::check(ident, path, &variant.fields, &own, errors)
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
        self.variants.iter().any(|variant| match &variant.content {
            Content::Delegate { is_keyed, .. } => *is_keyed,
            Content::Roles(roles) => roles.key.is_some(),
        })
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
        let ident = &of_the_derive(&self.input.ident);
        let (generics, arguments, _) = self.input.generics.split_for_impl();
        let bounds = self.where_clause(false);
        let origin = self.arms(|variant| variant.origin(runtime));
        let id = self.arms(|variant| variant.id(runtime));
        let event_type = self.arms(|variant| variant.event_type(runtime));
        let attributes = self.arms(|variant| variant.attributes(runtime));
        let set_on = set_on();
        let keyed = self.is_keyed().then(|| {
            let bounds = self.where_clause(true);
            let key = self.arms(|variant| variant.key(runtime));
            quote! {
                #[automatically_derived]
                impl #generics #runtime::Keyed for #ident #arguments #bounds {
                    fn key(&self) -> #runtime::__private::Cow<'_, ::core::primitive::str> {
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
                fn attributes(&self, #set_on: &mut #runtime::Attributes) {
                    match self { #attributes }
                }
            }
            #keyed
        }
    }

    /// What keeps one mistake from becoming an error at every handler of the event.
    fn placeholder(&self) -> TokenStream {
        let runtime = &self.runtime;
        let ident = &of_the_derive(&self.input.ident);
        let (generics, arguments, bounds) = self.input.generics.split_for_impl();
        let keyed = self.is_keyed().then(|| {
            quote! {
                impl #generics #runtime::Keyed for #ident #arguments #bounds {
                    fn key(&self) -> #runtime::__private::Cow<'_, ::core::primitive::str> {
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
        let own = &self.input.ident;
        let mut require = |bounded: &Type, bound: TokenStream| {
            let is_generic = |ident: &Ident| generics.contains(&ident);
            // A bound on what contains the type itself would never be proven.
            let is_own = |ident: &Ident| ident == own || ident == "Self";
            let bounded = bounded.to_token_stream();
            if contains_ident(bounded.clone(), &is_generic)
                && !contains_ident(bounded.clone(), &is_own)
            {
                bounds.extend(quote!(#bounded: #bound,));
            }
        };
        for variant in &self.variants {
            match &variant.content {
                Content::Delegate { field, .. } if keyed => {
                    require(&field.ty, quote!(#runtime::Keyed));
                }
                Content::Delegate { field, .. } => {
                    require(&field.ty, quote!(#runtime::LinkedEvent));
                }
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

/// What attributes are set on.
fn set_on() -> Ident {
    Ident::new("__linked_span_attributes", Span::mixed_site())
}

fn refuse_packed(input: &DeriveInput, errors: &mut Errors) {
    let is_packed = |attribute: &&Attribute| {
        let meta = &attribute.meta;
        attribute.path().is_ident("repr")
            && contains_ident(meta.to_token_stream(), &|word| word == "packed")
    };
    if let Some(packed) = input.attrs.iter().find(is_packed) {
        errors.at(
            packed,
            "implement `LinkedEvent` by hand, or leave `packed` out: the derive borrows fields, which a packed type does not allow",
        );
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
        own: &TypeArgs,
        errors: &mut Errors,
    ) -> Self {
        let marked: Vec<(Role<'i>, FieldArgs)> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| (Role::of(index, field), FieldArgs::parse(field, errors)))
            .collect();
        let content = match (fields, marked.as_slice()) {
            (Fields::Unnamed(_), [(only, args)])
                if own.event_type.is_none()
                    && own.no_origin.is_none()
                    && args.is_at_most_a_key() =>
            {
                Content::Delegate {
                    field: only.field,
                    is_keyed: args.key.is_some(),
                }
            }
            _ => Content::Roles(Box::new(Roles::check(ident, &marked, own, errors))),
        };
        Self {
            ident,
            path,
            content,
        }
    }

    fn origin(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => {
                self.delegate(field, quote!(#runtime::LinkedEvent::origin))
            }
            Content::Roles(roles) if roles.metadata.is_none() => {
                let path = &self.path;
                quote!(#path { .. } => ::core::default::Default::default(),)
            }
            Content::Roles(roles) => self.with(roles.metadata.as_ref(), |metadata| {
                let binding = &metadata.binding;
                let call = at(metadata.span(), quote!(#runtime::Carrier::origin));
                quote!(#call(#binding))
            }),
        }
    }

    fn id(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => {
                self.delegate(field, quote!(#runtime::LinkedEvent::id))
            }
            Content::Roles(roles) => {
                self.with(roles.id.as_ref(), |id| id.described(runtime, "text"))
            }
        }
    }

    fn event_type(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => {
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
                    event_type.described(runtime, "text")
                }),
            },
        }
    }

    fn key(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => self.delegate(field, quote!(#runtime::Keyed::key)),
            Content::Roles(roles) => {
                self.with(roles.key.as_ref(), |key| key.described(runtime, "key"))
            }
        }
    }

    fn attributes(&self, runtime: &TokenStream) -> TokenStream {
        let (path, set_on) = (&self.path, set_on());
        match &self.content {
            Content::Delegate { field, .. } => {
                let call = at(
                    at_the_type_of(field),
                    quote!(#runtime::LinkedEvent::attributes),
                );
                let event = Ident::new("__linked_span_event", at_the_type_of(field));
                quote!(#path { 0: #event } => #call(#event, #set_on),)
            }
            Content::Roles(roles) => {
                let patterns = roles.attributes.iter().map(|(_, role)| role.pattern());
                let set = roles.attributes.iter().map(|(keys, role)| {
                    let binding = &role.binding;
                    let span = role.field.ty.span().resolved_at(Span::call_site());
                    quote_spanned!(span=> #(#set_on.set(#keys, #binding);)*)
                });
                let unused = roles
                    .attributes
                    .is_empty()
                    .then(|| quote!(let _ = #set_on;));
                quote!(#path { #(#patterns,)* .. } => { #(#set)* #unused })
            }
        }
    }

    fn delegate(&self, field: &Field, call: TokenStream) -> TokenStream {
        let path = &self.path;
        let call = at(at_the_type_of(field), call);
        let event = Ident::new("__linked_span_event", at_the_type_of(field));
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
