//! `impl Trait` in the result.
#![deny(warnings)]

use std::error::Error;
use std::fmt::Display;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
fn shown(event: &Origin) -> impl Display + use<> {
    here_and(format!("{event:?}"))
}

#[linked_span(event)]
async fn shown_later(event: &Origin) -> impl Display + use<> {
    here_and(format!("{event:?}"))
}

#[linked_span(event)]
fn parsed(event: &Origin, number: &str) -> Result<impl Display + use<>, Box<dyn Error>> {
    here();
    let _ = event;
    let number: u32 = number.parse()?;
    Ok(number)
}

#[linked_span(event)]
async fn parsed_later(
    event: &Origin,
    number: &str,
) -> Result<impl Display + use<>, Box<dyn Error + Send + Sync>> {
    here();
    let _ = event;
    if number.is_empty() {
        return Err("no number".into());
    }
    let number: u32 = number.parse()?;
    Ok(number)
}

#[linked_span(event)]
fn closures(
    event: &Origin,
) -> (
    impl Fn(usize) -> usize + use<>,
    Option<Box<dyn Fn() -> usize>>,
) {
    here();
    let _ = event;
    (|number| number + 1, Some(Box::new(|| 1)))
}

#[linked_span(event)]
fn listed<'e>(event: &Origin, list: &'e [u8]) -> impl Iterator<Item = &'e u8> + use<'e> {
    here();
    let _ = event;
    list.iter().filter(|number| **number > 1)
}

#[linked_span(event)]
async fn fails_opaquely(event: &Origin) -> Result<(), impl Error + use<>> {
    here();
    let _ = event;
    Err(std::fmt::Error)
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    shown(event);
    shown_later(event).await;
    assert_eq!(parsed(event, "7").unwrap().to_string(), "7");
    assert!(parsed_later(event, "x").await.is_err());
    let (next, one) = closures(event);
    assert_eq!(next(one.unwrap()()), 2);
    assert_eq!(listed(event, &[1, 2]).count(), 1);
    assert!(fails_opaquely(event).await.is_err());
    sdk.assert_each_body_ran_inside(7);
}
