//! Names with `r#`.
#![deny(warnings)]

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[derive(LinkedEvent)]
struct Message {
    r#type: &'static str,
    metadata: Origin,
}

#[linked_span(r#type, attributes(kind.r#type = r#type.r#type))]
fn r#match(r#type: &Message, r#mod: usize) -> usize {
    here();
    let _ = r#type;
    r#mod
}

#[linked_span(attributes(r#type = r#loop))]
async fn r#while(Message { r#type: r#loop, .. }: Message) -> &'static str {
    here_and(r#loop)
}

#[linked_span]
fn r#enum(r#type: &Message) {
    here();
    let _ = r#type;
}

#[linked_span(r#event)]
fn not_needed(event: &Message) {
    here();
    let _ = event;
}

#[linked_span(event)]
fn not_needed_there(r#event: &Message) {
    here();
    let _ = event;
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let message = Message {
        r#type: "order.created",
        metadata: Origin::default(),
    };
    r#match(&message, 1);
    r#enum(&message);
    not_needed(&message);
    not_needed_there(&message);
    r#while(message).await;
    sdk.assert_each_body_ran_inside(5);
    let spans = sdk.spans();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(
        names,
        ["match", "enum", "not_needed", "not_needed_there", "while"]
    );
}
