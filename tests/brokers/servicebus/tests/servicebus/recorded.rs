//! Messages of producers in other languages.

use azservicebus::{ServiceBusMessage, ServiceBusReceivedMessage};
use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span};

use crate::queue::{Connected, queue};
use crate::service::properties;

#[linked_span(message(azservicebus), name = name.clone())]
fn on_message(message: &ServiceBusReceivedMessage, name: String) {}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_message_of_each_language_is_linked_to_its_producer() {
    install();
    let messages = recorded(include_str!("../../../recorded/servicebus"));
    assert_eq!(messages.len(), 2);
    let mut connected = Connected::new().await;
    let queue = queue("recorded");
    let mut receiver = connected.receiver(&queue).await;
    for (message, number) in messages.iter().zip(0..) {
        let headers = message.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (*name, value.expect("a value")))
            .collect();
        let mut sent = ServiceBusMessage::new("paid");
        *sent.application_properties_mut() = Some(properties(&headers));
        connected.send(&queue, sent).await;
        let received = receiver.receive_message().await.expect("a message");
        let name = format!("recorded {number} servicebus");
        on_message(&received, name.clone());
        // Azure's clients write no baggage.
        assert_recorded(&span(&name), message, None);
    }
}
