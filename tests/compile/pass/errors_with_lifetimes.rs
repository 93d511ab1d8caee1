//! An error that is `Display` for one lifetime only, with `errors = off`.
#![deny(warnings)]

use std::fmt;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here_and};

#[derive(Debug)]
struct Failed<'a>(&'a str);

impl fmt::Display for Failed<'static> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

#[linked_span(event, errors = off)]
fn plain<'a>(event: &Origin, text: &'a str) -> Result<(), Failed<'a>> {
    let _ = event;
    here_and(Err(Failed(text)))
}

#[linked_span(event, errors = off)]
async fn later<'a>(event: &Origin, text: &'a str) -> Result<(), Failed<'a>> {
    let _ = event;
    here_and(Err(Failed(text)))
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let text = String::from("text");
    assert_eq!(plain(&Origin::default(), &text).unwrap_err().0, "text");
    assert!(later(&Origin::default(), &text).await.is_err());
    sdk.assert_each_body_ran_inside(2);
}
