//! `#[tokio::main]`, above and below.
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[linked_span(event)]
#[tokio::main(flavor = "current_thread")]
async fn above(event: Origin) -> Result<(), std::io::Error> {
    here();
    tokio::task::yield_now().await;
    drop(event);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
#[linked_span(event)]
async fn below(event: Origin) -> Result<(), std::io::Error> {
    here();
    tokio::task::yield_now().await;
    drop(event);
    Ok(())
}

#[test]
fn runs() {
    let sdk = Sdk::install();
    above(Origin::default()).unwrap();
    below(Origin::default()).unwrap();
    sdk.assert_each_body_ran_inside(2);
}
