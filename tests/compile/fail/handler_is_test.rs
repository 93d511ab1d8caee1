//! A test, which has no parameters.

use linked_span::linked_span;

#[linked_span]
#[test]
fn below() {}

#[linked_span]
#[tokio::test]
async fn below_later() {}

#[tokio::test]
#[linked_span]
async fn above_later() {}

fn main() {}
