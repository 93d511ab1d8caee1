//! What `#[event(…)]` says.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Field, LitStr, Meta, Path, Result, Token};

use crate::error::Errors;
use crate::options::{crate_path, each_item, set_once};
use crate::suggestion::unknown_option;

/// What `#[event(…)]` says on a field.
#[derive(Default)]
pub(super) struct FieldOptions {
    pub(super) metadata: Option<Ident>,
    pub(super) id: Option<Ident>,
    pub(super) event_type: Option<Ident>,
    pub(super) key: Option<Ident>,
    pub(super) skip: Option<Ident>,
    pub(super) attributes: Vec<LitStr>,
}

/// What it says on a struct, an enum or a variant.
#[derive(Default)]
pub(super) struct TypeOptions {
    pub(super) event_type: Option<LitStr>,
    /// The producer is not known.
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
                        "`#[event(crate = …)]` stands on the type",
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
                return Err(input.error(format!(
                    "on a field it is `#[event({word})]`, without a value"
                )));
            }
            set_once(role, &word, word.clone())
        });
        options
    }

    /// Whether nothing is said but that the key is in it.
    pub(super) fn is_at_most_a_key(&self) -> bool {
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
                    "`#[event(crate = …)]` stands on the type",
                )),
                other if FieldOptions::NAMES.contains(&other) => Err(Error::new(
                    word.span(),
                    format!("`#[event({other})]` stands on a field"),
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
