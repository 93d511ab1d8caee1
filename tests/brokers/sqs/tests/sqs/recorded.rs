//! Messages of producers in other languages.

use aws_sdk_sqs::types::Message;
use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

use crate::server::message;

#[linked_span(message(aws_sdk_sqs), name = name.to_owned())]
fn on_message(message: &Message, name: &str) -> Option<String> {
    tenant()
}

#[test]
fn recorded_message_of_each_language_is_linked_to_its_producer() {
    install();
    let messages = recorded(include_str!("../../../recorded/sqs"));
    assert_eq!(messages.len(), 3);
    for (recorded, number) in messages.iter().zip(0..) {
        let name = format!("recorded {number}");
        // A message that came through SNS has its attributes in the body.
        let received = match recorded.headers.as_slice() {
            [("body", Some(body))] => message(body, &[]),
            attributes => {
                let attributes = attributes.iter();
                let attributes = attributes.map(|(name, value)| (*name, value.expect("a value")));
                message("paid", &attributes.collect::<Vec<_>>())
            }
        };
        let tenant = on_message(&received, &name);
        assert_recorded(&span(&name), recorded, tenant.as_deref());
    }
}
