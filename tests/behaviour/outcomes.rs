//! How a handler ended.

use linked_span::{Origin, linked_span};
use linked_span_tests::Sdk;
use opentelemetry::trace::Status;

#[linked_span(event)]
async fn fails(event: &Origin) -> Result<(), std::fmt::Error> {
    tokio::task::yield_now().await;
    Err(std::fmt::Error)?;
    Ok(())
}

#[tokio::test]
async fn an_err() {
    let sdk = Sdk::install();
    assert!(fails(&Origin::default()).await.is_err());
    let span = sdk.span();
    assert_eq!(span.status, Status::error(std::fmt::Error.to_string()));
}
