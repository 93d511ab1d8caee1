// Handlers of messages without a stream.

mod core {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, link_to, produced, span, spans, spawnable};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(message(async_nats, client = client))]
    async fn on_message(message: &client::Message) -> usize {
        message.payload.len()
    }

    #[tokio::test]
    async fn message_of_a_subject_is_linked_and_described() {
        let subject = subject("orders.created");
        let connection = connect().await;
        let mut subscription = connection.subscribe(subject.clone()).await.expect("subscribed");
        let mut headers = HeaderMap::new();
        let producer = produced("send orders", |context| headers = headers_of(context));
        headers.insert("Nats-Msg-Id", "order-7");
        connection
            .publish_with_headers(subject.clone(), headers, "paid".into())
            .await
            .expect("sent");
        let message = subscription.next().await.expect("a message");

        assert_eq!(spawnable(on_message(&message)).await, 4);

        let span = span(&format!("process {subject}"));
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "nats"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{subject}"
                messaging.message.id = "order-7"
                messaging.message.body.size = 4
                "#
            ),
        );
        let link = link_to(&span, &producer);
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(messages(async_nats, client = client, template = "batch.{region}"), kind = client)]
    fn on_messages(messages: &[client::Message]) -> usize {
        messages.len()
    }

    #[tokio::test]
    async fn batch_of_several_subjects_is_called_by_its_template() {
        let connection = connect().await;
        let all = format!("batch.*.{VERSION}");
        let mut subscription = connection.subscribe(all).await.expect("subscribed");
        let mut producers = Vec::new();
        for region in ["north", "south"] {
            let mut headers = HeaderMap::new();
            producers.push(produced("send batch", |context| headers = headers_of(context)));
            connection
                .publish_with_headers(format!("batch.{region}.{VERSION}"), headers, "same".into())
                .await
                .expect("sent");
        }
        let messages = [
            subscription.next().await.expect("a message"),
            subscription.next().await.expect("a message"),
        ];

        assert_eq!(on_messages(&messages), 2);

        let spans = spans("process batch.{region}");
        let of_this = |span: &&opentelemetry_sdk::trace::SpanData| {
            span.links.links[0].span_context.span_id() == producers[0].span_id()
        };
        let span = spans.iter().find(of_this).expect("a span");
        assert_eq!(span.span_kind, SpanKind::Client);
        assert_attributes(
            &span.attributes,
            r#"
            messaging.system = "nats"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.batch.message_count = 2
            messaging.destination.template = "batch.{region}"
            messaging.message.body.size = 4
            "#,
        );
        let south = &span.links.links[1];
        assert_eq!(south.span_context.span_id(), producers[1].span_id());
        assert_attributes(
            &south.attributes,
            &format!("messaging.destination.name = \"batch.south.{VERSION}\""),
        );
    }

    #[linked_span(message(async_nats, client = client), attributes(test = VERSION))]
    fn on_reply(message: &client::Message) {}

    #[tokio::test]
    async fn reply_to_an_inbox_is_called_process() {
        let connection = connect().await;
        let inbox = connection.new_inbox();
        let mut subscription = connection.subscribe(inbox.clone()).await.expect("subscribed");
        connection.publish(inbox.clone(), "".into()).await.expect("sent");
        let message = subscription.next().await.expect("a message");

        on_reply(&message);

        let spans = spans("process");
        let of_this = |span: &&opentelemetry_sdk::trace::SpanData| {
            let attributes = linked_span_tests_brokers_common::attributes(&span.attributes);
            attributes.get("messaging.destination.name") == Some(&format!("{inbox:?}"))
        };
        let span = spans.iter().find(of_this).expect("a span called `process`");
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "nats"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{inbox}"
                messaging.destination.temporary = true
                messaging.destination.anonymous = true
                messaging.message.body.size = 0
                test = "{VERSION}"
                "#
            ),
        );
        assert_eq!(span.links.links.len(), 0);
    }
}
