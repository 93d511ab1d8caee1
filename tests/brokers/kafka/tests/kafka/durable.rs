// Durable functions that wait for messages of two topics, across a restart.

mod durable {
    use std::path::Path;
    use std::time::Duration;

    use linked_span::fan_in::{Arrival, Disposition, JoinOptions, Sqlite, disposition};
    use linked_span::messaging::Received;
    use linked_span::messaging::rdkafka::describe;
    use linked_span::{LinkedEvent, Origin, fan_in, linked_span};
    use linked_span_tests_brokers_common::{assert_attributes, install, produced, spans};
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Clone, Debug, Deserialize, LinkedEvent, Serialize)]
    struct Payment {
        #[event(key)]
        order: String,
        cents: u32,
        #[event(metadata)]
        #[serde(skip)]
        unused: Origin,
    }

    #[derive(Clone, Debug, Deserialize, LinkedEvent, Serialize)]
    struct Inventory {
        #[event(key)]
        order: String,
        #[event(metadata)]
        #[serde(skip)]
        unused: Origin,
    }

    #[fan_in(payment, inventory(relationship = "reserved"))]
    async fn ship(payment: Received<Payment>, inventory: &Received<Inventory>) -> u32 {
        assert_eq!(payment.order, inventory.order);
        payment.cents
    }

    async fn joins(path: &Path) -> Ship<Sqlite> {
        let store = Sqlite::open(path).await.expect("a store");
        let options = JoinOptions::timeout(Duration::from_secs(600));
        Ship::new(store.named(concat!(module_path!(), "::ship")), options)
    }

    fn decoded<'m, T: Deserialize<'m>>(payload: Option<&'m [u8]>) -> T {
        serde_json::from_slice(payload.expect("a payload")).expect("a payload")
    }

    #[tokio::test]
    async fn payment_before_a_restart_and_inventory_after_it_are_linked_to_both_producers() {
        let order = format!("restart-{VERSION}");
        let [paid, reserved] = ["durable-paid", "durable-reserved"].map(topic);
        let mut producers = Vec::new();
        for (topic, body) in [
            (&paid, format!(r#"{{"order":"{order}","cents":250}}"#)),
            (&reserved, format!(r#"{{"order":"{order}"}}"#)),
        ] {
            let mut headers = None;
            producers.push(produced(topic, |context| headers = Some(headers_of(context))));
            send(topic, &order, Some(&body), headers).await;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("joins.db");

        {
            // The message is borrowed from its consumer, and the payload is not.
            let consumer = consumer(&paid);
            let message = consumer.recv().await.expect("a message");
            let described = describe!(client = client, &message).group("billing");
            let payment = Received::new(described, decoded(message.payload()));
            let arrival = joins(&path).await.payment(payment).await;
            assert!(matches!(disposition(&arrival), Disposition::Ack), "{arrival:?}");
        }
        assert_eq!(spans("ship").iter().filter(|span| is_of(span, &order)).count(), 0);
        {
            let consumer = consumer(&reserved);
            let message = consumer.recv().await.expect("a message");
            let described = describe!(client = client, &message);
            let inventory = Received::new(described, decoded(message.payload()));
            let arrival = joins(&path).await.inventory(inventory).await.expect("an arrival");
            assert!(matches!(arrival, Arrival::Ran(250)), "{arrival:?}");
        }

        let spans = spans("ship");
        let span = spans.iter().find(|span| is_of(span, &order)).expect("a span");
        let links = &span.links.links;
        assert_eq!(links.len(), 2);
        for (link, producer) in links.iter().zip(&producers) {
            assert_eq!(link.span_context.trace_id(), producer.trace_id());
            assert_eq!(link.span_context.span_id(), producer.span_id());
        }
        for (link, own) in links.iter().zip([
            format!(
                r#"
                link.relationship = "payment"
                messaging.consumer.group.name = "billing"
                messaging.destination.name = "{paid}"
                messaging.message.body.size = {}
                "#,
                r#"{"order":"","cents":250}"#.len() + order.len()
            ),
            format!(
                r#"
                link.relationship = "reserved"
                messaging.destination.name = "{reserved}"
                messaging.message.body.size = {}
                "#,
                r#"{"order":""}"#.len() + order.len()
            ),
        ]) {
            let mut attributes = link.attributes.clone();
            attributes.retain(|attribute| attribute.key.as_str() != "fan_in.wait");
            let common = format!(
                r#"
                messaging.system = "kafka"
                messaging.destination.partition.id = "0"
                messaging.kafka.offset = 0
                messaging.kafka.message.key = "{order}"
                "#
            );
            assert_attributes(&attributes, &format!("{own}{common}"));
        }
    }

    fn is_of(span: &opentelemetry_sdk::trace::SpanData, order: &str) -> bool {
        attribute(span, "fan_in.key") == Some(format!("{order:?}"))
    }

    #[linked_span(payment)]
    fn on_payment(payment: &Received<Payment>) -> u32 {
        payment.cents
    }

    #[linked_span(payments)]
    fn on_payments(payments: &[Received<Payment>]) -> usize {
        payments.len()
    }

    fn received(test: &str, offset: i64, context: &str) -> Received<Payment> {
        install();
        let message = record(&topic(test), offset, &[("traceparent", Some(context))]);
        let payment = Payment {
            order: "7".to_owned(),
            cents: 250,
            unused: Origin::default(),
        };
        let received = Received::new(describe!(client = client, &message), payment);
        let stored = serde_json::to_string(&received).expect("a text");
        serde_json::from_str(&stored).expect("the same")
    }

    #[test]
    fn handler_of_a_stored_message_has_the_span_of_the_message() {
        let received = received("received", 7, ONE);
        assert_eq!(on_payment(&received), 250);
        let topic = topic("received");
        let span = linked_span_tests_brokers_common::span(&format!("process {topic}"));
        assert_eq!(linked(&span), ["1"]);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "kafka"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{topic}"
                messaging.destination.partition.id = "3"
                messaging.message.body.size = 4
                messaging.kafka.offset = 7
                messaging.kafka.message.key = "key-7"
                "#
            ),
        );
    }

    #[test]
    fn batch_of_stored_messages_is_linked_to_each() {
        let batch = [received("received-batch", 7, ONE), received("received-batch", 8, TWO)];
        assert_eq!(on_payments(&batch), 2);
        let topic = topic("received-batch");
        let span = linked_span_tests_brokers_common::span(&format!("process {topic}"));
        assert_eq!(linked(&span), ["1", "2"]);
        assert_eq!(attribute(&span, "messaging.batch.message_count").as_deref(), Some("2"));
        assert_attributes(
            &span.links.links[1].attributes,
            "messaging.kafka.offset = 8\nmessaging.kafka.message.key = \"key-8\"",
        );
    }
}
