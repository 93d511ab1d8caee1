//! The attribute's grammar.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Member, Path, Result, Token, parenthesized};

use crate::error::{Errors, did_you_mean, list, not_at_the_end};
use crate::handler::{is_among, is_same, ungrouped};
use crate::which::Which;

const KINDS: [&str; 5] = ["consumer", "producer", "internal", "server", "client"];
const PARENTS: [&str; 3] = ["current", "root", "event"];
const ERRORS: [&str; 3] = ["full", "type", "off"];

#[derive(Default)]
pub(crate) struct Args {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) name: Option<Expr>,
    pub(crate) kind: Option<Ident>,
    pub(crate) relationship: Option<Expr>,
    pub(crate) attributes: Option<Vec<AttributeArg>>,
    pub(crate) parent: Option<Ident>,
    pub(crate) errors: Option<Ident>,
    pub(crate) scope: Option<Expr>,
    pub(crate) tracer: Option<Expr>,
    pub(crate) runtime: Option<Path>,
    /// A fan-in's: the field that is each input's key.
    pub(crate) key: Option<Vec<Member>>,
    /// A fan-in's: what its joins are called.
    pub(crate) join: Option<Ident>,
}

/// A parameter that the attribute names, and what it says of it.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    /// Of a fan-in's input.
    pub(crate) key: Option<Expr>,
    pub(crate) origin: Option<Expr>,
    pub(crate) relationship: Option<Expr>,
    pub(crate) attributes: Option<Vec<AttributeArg>>,
}

/// `key = value` in an attribute list, ready to be passed on.
#[derive(Clone)]
pub(crate) struct AttributeArg {
    pub(crate) key: TokenStream,
    pub(crate) value: Expr,
    pub(crate) form: Form,
}

#[derive(Clone, Copy)]
pub(crate) enum Form {
    Plain,
    Display,
    Debug,
}

impl Args {
    /// `bindings` are the names that the function's parameters have.
    pub(crate) fn parse(
        which: Which,
        tokens: TokenStream,
        bindings: &[Ident],
        errors: &mut Errors,
    ) -> Self {
        let mut args = Self::default();
        each_item(tokens, errors, |input, errors| {
            args.item(which, input, bindings, errors)
        });
        args
    }

    fn item(
        &mut self,
        which: Which,
        input: ParseStream,
        bindings: &[Ident],
        errors: &mut Errors,
    ) -> Result<()> {
        let Ok(word) = input.call(Ident::parse_any) else {
            return Err(input.error("expected a parameter's name, or an option such as `name = …`"));
        };
        if input.peek(Token![=]) || (word == "attributes" && input.peek(syn::token::Paren)) {
            return self.option(which, &word, input, bindings, errors);
        }
        if !is_among(bindings, &word) {
            let help = known_from_tracing(&word).map(str::to_owned);
            let help = help.or_else(|| known_from_a_fan_in(which, &word));
            if let Some(help) = help.or_else(|| takes_a_value(which, &word)) {
                skip_to_comma(input);
                return Err(Error::new(word.span(), help));
            }
            // That there is no such parameter is said where they are looked up.
            skip_to_comma(input);
        }
        if self
            .parameters
            .iter()
            .any(|known| is_same(&known.ident, &word))
        {
            errors.at(&word, format!("`{word}` is named twice"));
        }
        self.parameters
            .push(Parameter::parse(which, word, input, errors)?);
        Ok(())
    }

    fn option(
        &mut self,
        which: Which,
        word: &Ident,
        input: ParseStream,
        bindings: &[Ident],
        errors: &mut Errors,
    ) -> Result<()> {
        match word.to_string().as_str() {
            "attributes" => once(
                &mut self.attributes,
                word,
                AttributeArg::list(input, errors)?,
            ),
            "name" => once(&mut self.name, word, value(word, input)?),
            "relationship" => once(&mut self.relationship, word, value(word, input)?),
            "scope" => once(&mut self.scope, word, value(word, input)?),
            "tracer" => once(&mut self.tracer, word, value(word, input)?),
            "kind" => once(&mut self.kind, word, choice(word, input, &KINDS)?),
            "parent" => once(&mut self.parent, word, choice(word, input, &PARENTS)?),
            "errors" => once(&mut self.errors, word, choice(word, input, &ERRORS)?),
            "crate" => once(&mut self.runtime, word, runtime(word, input)?),
            "key" if which == Which::FanIn => once(&mut self.key, word, members(word, input)?),
            "join" if which == Which::FanIn => once(&mut self.join, word, join(word, input)?),
            name => {
                skip_to_comma(input);
                Err(Error::new(
                    word.span(),
                    if let Some(help) = known_from_tracing(word) {
                        help.to_owned()
                    } else if let Some(help) = known_from_a_fan_in(which, word) {
                        help
                    } else if is_among(bindings, word) {
                        format!(
                            "what is said of a parameter stands in parentheses: `{name}(origin = …)`"
                        )
                    } else {
                        unknown_option(name, which.options())
                    },
                ))
            }
        }
    }
}

impl Parameter {
    pub(crate) fn of(ident: Ident) -> Self {
        Self {
            ident,
            key: None,
            origin: None,
            relationship: None,
            attributes: None,
        }
    }

    /// Whether nothing is said of it.
    pub(crate) const fn is_bare(&self) -> bool {
        self.origin.is_none() && self.relationship.is_none() && self.attributes.is_none()
    }

    fn parse(which: Which, ident: Ident, input: ParseStream, errors: &mut Errors) -> Result<Self> {
        let mut parameter = Self::of(ident);
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            each_item(content.parse()?, errors, |input, errors| {
                parameter.item(which, input, errors)
            });
        } else if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error(format!(
                "expected `,` after `{0}`, or what there is to say of it: `{0}(origin = …)`",
                parameter.ident
            )));
        }
        Ok(parameter)
    }

    fn item(&mut self, which: Which, input: ParseStream, errors: &mut Errors) -> Result<()> {
        let Ok(word) = input.call(Ident::parse_any) else {
            return Err(input.error(format!("expected {}", list(which.parameter_options()))));
        };
        match word.to_string().as_str() {
            "attributes" => once(
                &mut self.attributes,
                &word,
                AttributeArg::list(input, errors)?,
            ),
            "key" if which == Which::FanIn => once(&mut self.key, &word, value(&word, input)?),
            "origin" => once(&mut self.origin, &word, value(&word, input)?),
            "relationship" => once(&mut self.relationship, &word, value(&word, input)?),
            other if which.options().contains(&other) => {
                skip_to_comma(input);
                Err(Error::new(
                    word.span(),
                    format!(
                        "`{other}` is the handler's, not a parameter's: write it after the parameters"
                    ),
                ))
            }
            other => {
                skip_to_comma(input);
                Err(Error::new(
                    word.span(),
                    known_from_a_fan_in(which, &word)
                        .unwrap_or_else(|| unknown_option(other, which.parameter_options())),
                ))
            }
        }
    }
}

impl AttributeArg {
    /// `(key = value, …)`
    fn list(input: ParseStream, errors: &mut Errors) -> Result<Vec<Self>> {
        if !input.peek(syn::token::Paren) {
            return Err(input.error(
                "attributes stand in parentheses: `attributes(order.id = event.order_id)`",
            ));
        }
        let content;
        parenthesized!(content in input);
        let mut attributes = Vec::new();
        each_item(content.parse()?, errors, |input, _| {
            attributes.push(Self::parse(input)?);
            Ok(())
        });
        Ok(attributes)
    }

    fn parse(input: ParseStream) -> Result<Self> {
        let key = key(input)?;
        if !input.peek(Token![=]) {
            return Err(
                input.error("an attribute has a key and a value: `order.id = event.order_id`")
            );
        }
        input.parse::<Token![=]>()?;
        let form = if input.parse::<Option<Token![%]>>()?.is_some() {
            Form::Display
        } else if input.parse::<Option<Token![?]>>()?.is_some() {
            Form::Debug
        } else {
            Form::Plain
        };
        let value = expression(input)?;
        Ok(Self { key, value, form })
    }
}

/// `order.id`, `"order.id"`, or `keys::ORDER_ID`
fn key(input: ParseStream) -> Result<TokenStream> {
    const HELP: &str = "the key of an attribute is a dotted name, a string, or a path to a constant with `::` in it: `order.id`, `\"order.id\"`, `keys::ORDER_ID`";
    if input.peek(LitStr) {
        let key: LitStr = input.parse()?;
        return if key.value().is_empty() {
            Err(Error::new(
                key.span(),
                "the key of an attribute cannot be empty",
            ))
        } else {
            Ok(key.into_token_stream())
        };
    }
    if input.peek(Token![::]) || (input.peek(Ident::peek_any) && input.peek2(Token![::])) {
        return Ok(input.call(Path::parse_mod_style)?.into_token_stream());
    }
    let part = || {
        input
            .call(Ident::parse_any)
            .map_err(|error| Error::new(error.span(), HELP))
    };
    let first = part()?;
    let mut key = first.unraw().to_string();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        key.push('.');
        key.push_str(&part()?.unraw().to_string());
    }
    if !input.is_empty() && !input.peek(Token![=]) && !input.peek(Token![,]) {
        return Err(input.error(HELP));
    }
    Ok(LitStr::new(&key, first.span()).into_token_stream())
}

/// Each of a list's items, with commas between; a wrong one costs no other its error.
pub(crate) fn each_item(
    tokens: TokenStream,
    errors: &mut Errors,
    mut item: impl FnMut(ParseStream, &mut Errors) -> Result<()>,
) {
    let last = tokens.clone().into_iter().last();
    let last = last.map_or_else(Span::call_site, |last| last.span());
    let all = |input: ParseStream| {
        while !input.is_empty() {
            if let Err(error) = item(input, errors) {
                errors.push(not_at_the_end(error, last));
                skip_to_comma(input);
            } else if !input.is_empty() && !input.peek(Token![,]) {
                errors.push(input.error("expected `,`"));
                skip_to_comma(input);
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = all.parse2(tokens) {
        errors.push(error);
    }
}

fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

pub(crate) fn once<T>(option: &mut Option<T>, word: &Ident, value: T) -> Result<()> {
    if option.is_some() {
        return Err(Error::new(word.span(), format!("`{word}` is given twice")));
    }
    *option = Some(value);
    Ok(())
}

fn value(word: &Ident, input: ParseStream) -> Result<Expr> {
    if !input.peek(Token![=]) {
        return Err(Error::new(
            word.span(),
            format!("`{word}` takes a value: `{word} = …`"),
        ));
    }
    input.parse::<Token![=]>()?;
    expression(input)
}

/// `= ::my_tracing::linked_span`
pub(crate) fn runtime(word: &Ident, input: ParseStream) -> Result<Path> {
    const HELP: &str = "`crate` takes a path: `crate = ::my_tracing::linked_span`";
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), HELP));
    }
    let sign: Token![=] = input.parse()?;
    if input.is_empty() {
        return Err(Error::new(sign.span, HELP));
    }
    input
        .call(Path::parse_mod_style)
        .map_err(|error| Error::new(error.span(), HELP))
}

/// `= order.id`
fn members(word: &Ident, input: ParseStream) -> Result<Vec<Member>> {
    const HELP: &str = "`key` takes the field that is the key of every input: `key = order_id`; for one of them it stands behind its name: `payment(key = payment.order.id)`";
    let error = |span| Error::new(span, HELP);
    if !input.peek(Token![=]) {
        return Err(error(word.span()));
    }
    let sign: Token![=] = input.parse()?;
    let mut members = Vec::new();
    loop {
        if input.is_empty() {
            return Err(error(sign.span));
        }
        members.push(input.parse().map_err(|_| error(input.span()))?);
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(members);
        }
        input
            .parse::<Token![.]>()
            .map_err(|_| error(input.span()))?;
    }
}

/// `= FulfillOrder`
fn join(word: &Ident, input: ParseStream) -> Result<Ident> {
    const HELP: &str =
        "`join` takes a name for the type of the function's joins: `join = FulfillOrder`";
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), HELP));
    }
    let sign: Token![=] = input.parse()?;
    if input.is_empty() {
        return Err(Error::new(sign.span, HELP));
    }
    let error = |error: Error| Error::new(error.span(), HELP);
    let name = input.parse().map_err(error)?;
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(HELP));
    }
    Ok(name)
}

fn expression(input: ParseStream) -> Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error("expected a value after `=`"));
    }
    input.parse()
}

fn choice(word: &Ident, input: ParseStream, choices: &[&str]) -> Result<Ident> {
    input.parse::<Token![=]>()?;
    let span = input.span();
    if input.is_empty() {
        return Err(input.error(format!("`{word}` is {}", list(choices))));
    }
    match input.call(Ident::parse_any) {
        Ok(chosen) if choices.iter().any(|choice| chosen == choice) => Ok(chosen),
        chosen => {
            let chosen = chosen.map(|chosen| chosen.to_string()).unwrap_or_default();
            let near = did_you_mean(&chosen, choices.iter().copied());
            Err(Error::new(
                span,
                format!("`{word}` is {}{near}", list(choices)),
            ))
        }
    }
}

pub(crate) fn unknown_option(name: &str, options: &[&str]) -> String {
    let near = did_you_mean(name, options.iter().copied());
    if near.is_empty() {
        format!(
            "there is no option `{name}`; there are {}",
            list(options).replace(" or ", " and ")
        )
    } else {
        format!("there is no option `{name}`{near}")
    }
}

/// An option that stands without its value.
fn takes_a_value(which: Which, word: &Ident) -> Option<String> {
    let option = which.options().iter().find(|option| word == *option)?;
    Some(match *option {
        "attributes" => format!("`{option}` takes a list: `{option}(order.id = event.order_id)`"),
        _ => format!("`{option}` takes a value: `{option} = …`"),
    })
}

/// What the words of `#[tracing::instrument]` are called here.
fn known_from_tracing(word: &Ident) -> Option<&'static str> {
    Some(match word.to_string().as_str() {
        "fields" => {
            "attributes of the span are called so here: `attributes(order.id = %event.order_id)`"
        }
        "skip" | "skip_all" => {
            "no parameter is recorded unless an attribute says so: leave this out, and name what is to be recorded in `attributes(…)`"
        }
        "err" => {
            "an `Err` is recorded without a word: leave this out, or write `errors = type` or `errors = off` to record less"
        }
        "ret" => {
            "what is returned is not recorded: set an attribute in the body, with `linked_span::set_attribute(\"result\", value)`"
        }
        "level" => {
            "spans of OpenTelemetry have no level, and the sampler chooses which are recorded: leave this out"
        }
        "target" => "the instrumentation scope is called so here: `scope = \"event.processor\"`",
        "follows_from" => {
            "name the parameter that is the event: the span is linked to its producer"
        }
        _ => return None,
    })
}

fn known_from_a_fan_in(which: Which, word: &Ident) -> Option<String> {
    which.is_of_a_fan_in(&word.to_string()).then(|| {
        format!("`{word}` is an option of `#[fan_in]`, whose function runs once all its inputs have come")
    })
}

impl AttributeArg {
    /// The value as the runtime takes it: by reference, a literal without a copy.
    pub(crate) fn value(&self, runtime: &TokenStream) -> TokenStream {
        let value = &self.value;
        let span = value.span().resolved_at(Span::mixed_site());
        match self.form {
            Form::Plain => plain_value(value, runtime),
            Form::Display => quote_spanned!(span=> &::core::format_args!("{}", #value)),
            Form::Debug => quote_spanned!(span=> &::core::format_args!("{:?}", #value)),
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

/// The string, if the expression is nothing but that.
pub(crate) fn text_literal(value: &Expr) -> Option<LitStr> {
    match ungrouped(value.clone()) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text),
        _ => None,
    }
}
