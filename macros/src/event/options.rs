//! The options of `#[event(…)]`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Field, LitStr, Meta, Path, Result, Token};

use crate::error::Errors;
use crate::options::{crate_path, each_item, set_once};
use crate::suggestion::unknown_option;

/// Holds the options of a field.
#[derive(Default)]
pub(super) struct FieldOptions {
    pub(super) metadata: Option<Ident>,
    pub(super) id: Option<Ident>,
    pub(super) event_type: Option<Ident>,
    pub(super) key: Option<Ident>,
    pub(super) skip: Option<Ident>,
    pub(super) attributes: Vec<LitStr>,
}

/// Holds the options of a struct, an enum or a variant.
#[derive(Default)]
pub(super) struct TypeOptions {
    pub(super) event_type: Option<LitStr>,
    pub(super) no_origin: Option<Ident>,
    pub(super) crate_path: Option<Path>,
}

impl FieldOptions {
    const NAMES: [&str; 6] = ["metadata", "id", "type", "key", "attribute", "skip"];

    pub(super) fn parse(field: &Field, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        each_word(&field.attrs, errors, |word, input| {
            if word == "attribute" {
                options.attributes.push(attribute_key(&word, input)?);
                return Ok(());
            }
            let role = match word.to_string().as_str() {
                "metadata" => &mut options.metadata,
                "id" => &mut options.id,
                "type" => &mut options.event_type,
                "key" => &mut options.key,
                "skip" => &mut options.skip,
                "crate" => {
                    return Err(Error::new(
                        word.span(),
                        "write `#[event(crate = …)]` on the type",
                    ));
                }
                "no_origin" => {
                    return Err(Error::new(
                        word.span(),
                        "write `#[event(no_origin)]` on the type or the variant",
                    ));
                }
                other => return Err(Error::new(word.span(), unknown_option(other, &Self::NAMES))),
            };
            if input.peek(Token![=]) {
                return Err(input.error(format!("write `#[event({word})]`, without a value")));
            }
            set_once(role, &word, word.clone())
        });
        options
    }

    /// Returns `true` if the field has no option, or only `key`.
    pub(super) fn is_key_or_bare(&self) -> bool {
        let Self {
            metadata,
            id,
            event_type,
            key: _,
            skip,
            attributes,
        } = self;
        [metadata, id, event_type, skip]
            .into_iter()
            .all(Option::is_none)
            && attributes.is_empty()
    }
}

impl TypeOptions {
    pub(super) fn parse(attributes: &[Attribute], on_the_type: bool, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        each_word(attributes, errors, |word, input| {
            match word.to_string().as_str() {
                "type" => {
                    let event_type = string(&word, input, "payment.confirmed")?;
                    set_once(&mut options.event_type, &word, event_type)
                }
                "no_origin" if input.peek(Token![=]) => {
                    Err(input.error("write `#[event(no_origin)]`, without a value"))
                }
                "no_origin" => set_once(&mut options.no_origin, &word, word.clone()),
                "crate" if on_the_type => {
                    set_once(&mut options.crate_path, &word, crate_path(&word, input)?)
                }
                "crate" => Err(Error::new(
                    word.span(),
                    "write `#[event(crate = …)]` on the type",
                )),
                other if FieldOptions::NAMES.contains(&other) => Err(Error::new(
                    word.span(),
                    format!("write `#[event({other})]` on a field"),
                )),
                other => Err(Error::new(
                    word.span(),
                    unknown_option(other, &["type", "no_origin", "crate"]),
                )),
            }
        });
        options
    }
}

/// Parses each word of each `#[event(…)]`.
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
            other => errors.at(other, "write what the field is: `#[event(id)]`"),
        }
    }
}

fn attribute_key(word: &Ident, input: ParseStream) -> Result<LitStr> {
    let key = string(word, input, "order.id")?;
    if key.value().is_empty() {
        let help = "write a key that is not empty: `attribute = \"order.id\"`";
        return Err(Error::new(key.span(), help));
    }
    Ok(key)
}

fn string(word: &Ident, input: ParseStream, example: &str) -> Result<LitStr> {
    let help = || format!("write a string: `#[event({word} = \"{example}\")]`");
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), help()));
    }
    input.parse::<Token![=]>()?;
    input
        .parse()
        .map_err(|error: Error| Error::new(error.span(), help()))
}
