//! The text of a store's errors.

use std::error::Error;
use std::io;

use linked_span::fan_in::StoreError;

#[test]
fn error_text_names_the_fault_and_its_source_the_cause() {
    assert_eq!(
        StoreError::Full.to_string(),
        "there are as many open joins as the store may hold"
    );
    assert!(StoreError::Full.source().is_none());

    let failed = StoreError::Failed(Box::new(io::Error::other("the disk is full")));
    assert_eq!(failed.to_string(), "the store of joins failed");
    let source = failed.source().expect("what the store said");
    assert_eq!(source.to_string(), "the disk is full");
    assert!(source.is::<io::Error>());
}
