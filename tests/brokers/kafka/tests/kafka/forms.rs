// Each form in which a handler takes a message or a batch.

mod forms {
    use std::collections::VecDeque;
    use std::rc::Rc;
    use std::sync::Arc;

    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{install, span, spawnable};

    use super::*;

    type Alias<'m> = &'m OwnedMessage;
    type Batch = Vec<OwnedMessage>;

    #[linked_span(message(rdkafka, client = client))]
    fn by_reference(message: &OwnedMessage) {}
    #[linked_span(message(rdkafka, client = client))]
    fn by_value(message: OwnedMessage) {}
    #[linked_span(message(rdkafka, client = client))]
    fn by_alias(message: Alias<'_>) {}
    #[linked_span(message(rdkafka, client = client))]
    fn boxed(message: Box<OwnedMessage>) {}
    #[linked_span(message(rdkafka, client = client))]
    fn counted(message: &Rc<OwnedMessage>) {}
    #[linked_span(message(rdkafka, client = client))]
    fn mutable(message: &mut OwnedMessage) {}
    #[linked_span(message(rdkafka, client = client))]
    fn optional(message: Option<&OwnedMessage>) {}
    #[linked_span(message(rdkafka, client = client))]
    fn generic<M: Message>(message: &M) {}
    #[linked_span(message(rdkafka, client = client))]
    fn hidden(message: &impl Message) {}
    #[linked_span(message(rdkafka, client = client))]
    async fn awaited(message: OwnedMessage) {}
    #[linked_span(message(rdkafka, client = client))]
    async fn awaited_by_reference(message: &OwnedMessage) {}

    #[linked_span(messages(rdkafka, client = client))]
    fn slice(messages: &[OwnedMessage]) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn of_references(messages: &[&OwnedMessage]) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn vector(messages: Vec<OwnedMessage>) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn batch(messages: &Batch) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn queue(messages: &VecDeque<OwnedMessage>) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn array(messages: [&OwnedMessage; 2]) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn shared(messages: Arc<[OwnedMessage]>) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn optional_batch(messages: Option<&[OwnedMessage]>) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn of_options(messages: &[Option<OwnedMessage>]) {}
    #[linked_span(messages(rdkafka, client = client))]
    fn generic_batch<M: Message>(messages: &[M]) {}
    #[linked_span(messages(rdkafka, client = client))]
    async fn awaited_batch(messages: Vec<OwnedMessage>) {}
    #[linked_span(messages(rdkafka, client = client))]
    async fn awaited_slice(messages: &[OwnedMessage]) {}

    fn one(form: &str) -> OwnedMessage {
        install();
        record(&topic(form), 7, &[("traceparent", Some(ONE))])
    }

    #[track_caller]
    fn assert_one(form: &str) {
        let span = span(&format!("process {}", topic(form)));
        assert_eq!(linked(&span), ["1"], "{form}");
        assert_eq!(attribute(&span, "messaging.kafka.offset").as_deref(), Some("7"));
        assert_eq!(attribute(&span, "messaging.batch.message_count"), None);
    }

    #[tokio::test]
    async fn handler_of_one_message_records_it_in_each_form() {
        by_reference(&one("reference"));
        by_value(one("value"));
        by_alias(&one("alias"));
        boxed(Box::new(one("boxed")));
        counted(&Rc::new(one("counted")));
        mutable(&mut one("mutable"));
        optional(Some(&one("optional")));
        generic(&one("generic"));
        hidden(&one("hidden"));
        awaited(one("awaited")).await;
        spawnable(awaited_by_reference(&one("awaited-by-reference"))).await;
        for form in [
            "reference", "value", "alias", "boxed", "counted", "mutable", "optional", "generic",
            "hidden", "awaited", "awaited-by-reference",
        ] {
            assert_one(form);
        }
    }

    fn two(form: &str) -> [OwnedMessage; 2] {
        install();
        [(7, ONE), (8, TWO)]
            .map(|(offset, context)| record(&topic(form), offset, &[("traceparent", Some(context))]))
    }

    #[tokio::test]
    async fn handler_of_a_batch_records_each_message_in_each_form() {
        slice(&two("slice"));
        let [one, other] = two("references");
        of_references(&[&one, &other]);
        vector(two("vector").into());
        batch(&two("batch-alias").into());
        queue(&two("queue").into());
        let [one, other] = two("array");
        array([&one, &other]);
        shared(Vec::from(two("shared")).into());
        optional_batch(Some(&two("optional-batch")));
        of_options(&two("options").map(Some));
        generic_batch(&two("generic-batch"));
        awaited_batch(two("awaited-batch").into()).await;
        spawnable(awaited_slice(&two("awaited-slice"))).await;
        for form in [
            "slice", "references", "vector", "batch-alias", "queue", "array", "shared",
            "optional-batch", "options", "generic-batch", "awaited-batch", "awaited-slice",
        ] {
            let span = span(&format!("process {}", topic(form)));
            assert_eq!(linked(&span), ["1", "2"], "{form}");
            assert_eq!(attribute(&span, "messaging.batch.message_count").as_deref(), Some("2"));
        }
    }

    #[linked_span(messages(rdkafka, client = client, destination = TOPICS[0]))]
    fn named(messages: &[OwnedMessage]) {}

    const TOPICS: [&str; 1] = [concat!("empty-", module_path!())];

    #[test]
    fn empty_batch_has_the_system_and_what_is_given() {
        install();
        named(&[]);
        let span = span(&format!("process {}", TOPICS[0]));
        linked_span_tests_brokers_common::assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "kafka"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.batch.message_count = 0
                messaging.destination.name = "{}"
                "#,
                TOPICS[0]
            ),
        );
        assert_eq!(linked(&span).len(), 0);
    }
}
