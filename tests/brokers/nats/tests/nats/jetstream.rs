// Handlers of messages in a stream.

mod jetstream {
    use client::jetstream;
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, link_to, produced, spans, spawnable};

    use super::*;

    #[linked_span(message(async_nats::jetstream, client = client))]
    async fn on_message(message: &jetstream::Message) -> Result<(), &'static str> {
        Err("try again")
    }

    /// Creates a stream that no other test uses, and returns a consumer's messages.
    async fn stream_of(subject: &str) -> jetstream::consumer::pull::Stream {
        let context = jetstream::new(connect().await);
        let stream = context
            .create_stream(jetstream::stream::Config {
                name: format!("stream-{VERSION}"),
                subjects: vec![subject.to_owned()],
                ..Default::default()
            })
            .await
            .expect("a stream");
        let consumer = stream
            .create_consumer(jetstream::consumer::pull::Config {
                durable_name: Some("billing".to_owned()),
                ..Default::default()
            })
            .await
            .expect("a consumer");
        consumer.messages().await.expect("messages")
    }

    #[tokio::test]
    async fn message_that_is_delivered_again_is_linked_to_the_same_producer() {
        let subject = subject("kept");
        let mut messages = stream_of(&subject).await;
        let context = jetstream::new(connect().await);
        let mut headers = HeaderMap::new();
        let producer = produced("send kept", |context| headers = headers_of(context));
        context
            .publish_with_headers(subject.clone(), headers, "paid".into())
            .await
            .expect("sent")
            .await
            .expect("kept");

        for _ in 0..2 {
            let message = messages.next().await.expect("a message").expect("a message");
            spawnable(on_message(&message)).await.expect_err("an error");
            message.ack_with(jetstream::AckKind::Nak(None)).await.expect("refused");
        }

        let spans = spans(&format!("process {subject}"));
        assert_eq!(spans.len(), 2);
        for (span, count) in spans.iter().zip(1..) {
            let mut attributes = span.attributes.clone();
            attributes.retain(|attribute| attribute.key.as_str() != "error.type");
            assert_attributes(
                &attributes,
                &format!(
                    r#"
                    messaging.system = "nats"
                    messaging.operation.name = "process"
                    messaging.operation.type = "process"
                    messaging.destination.name = "{subject}"
                    messaging.consumer.group.name = "billing"
                    messaging.message.id = "stream-{VERSION}:1"
                    messaging.message.body.size = 4
                    messaging.nats.message.delivery_count = {count}
                    "#
                ),
            );
            link_to(span, &producer);
        }
    }
}
