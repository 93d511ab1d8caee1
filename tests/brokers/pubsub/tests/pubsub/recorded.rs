//! Messages of Google's own clients in other languages.

use google_cloud_pubsub::model::Message;
use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

use crate::message;

#[linked_span(message(google_cloud_pubsub), name = name.to_owned())]
fn on_message(message: &Message, name: &str) -> Option<String> {
    tenant()
}

#[test]
fn recorded_message_of_each_language_is_linked_to_its_producer() {
    install();
    let messages = recorded(include_str!("../../../recorded/pubsub"));
    assert_eq!(messages.len(), 2);
    for (recorded, number) in messages.iter().zip(0..) {
        let name = format!("recorded {number}");
        let attributes = recorded.headers.iter();
        let attributes = attributes.map(|(name, value)| (*name, value.expect("a value")));
        let tenant = on_message(&message(&attributes.collect::<Vec<_>>()), &name);
        assert_recorded(&span(&name), recorded, tenant.as_deref());
    }
}
