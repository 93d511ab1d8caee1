// Functions that wait for several messages.

mod fan_in {
    use std::time::Duration;

    use linked_span::fan_in::{Arrival, Expired, JoinOptions, Memory};
    use linked_span::fan_in;
    use linked_span::messaging::Message as Described;
    use linked_span_tests_brokers_common::{
        assert_attributes, assert_input, install, joined, links_to, produced,
    };
    use opentelemetry::trace::SpanKind;
    use opentelemetry_sdk::trace::SpanData;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn key_of(message: &OwnedMessage) -> String {
        String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned()
    }

    #[track_caller]
    fn only(mut spans: Vec<SpanData>, of: impl Fn(&SpanData) -> bool) -> SpanData {
        spans.retain(|span| of(span));
        assert_eq!(spans.len(), 1, "spans of this version");
        spans.remove(0)
    }

    #[fan_in(
        payment(rdkafka, client = client, key = key_of(&payment)),
        inventory(rdkafka, client = client, group = "stock", key = key_of(inventory)),
    )]
    async fn fulfill(payment: OwnedMessage, inventory: &OwnedMessage) -> Result<usize, String> {
        Ok(payment.payload().map_or(0, <[u8]>::len) + inventory.payload().map_or(0, <[u8]>::len))
    }

    #[tokio::test]
    async fn fan_in_of_two_topics_links_to_both_producers() {
        let key = format!("order-{VERSION}");
        let [paid, reserved] = ["fan-in-paid", "fan-in-reserved"].map(topic);
        let mut producers = Vec::new();
        for (topic, body) in [(&paid, "paid"), (&reserved, "reserved")] {
            let mut headers = None;
            producers.push(produced(topic, |context| headers = Some(headers_of(context))));
            send(topic, &key, Some(body), headers).await;
        }
        let joins = Fulfill::in_memory(MINUTE);
        // A message borrows from its consumer, and a join keeps it.
        let payment = consumer(&paid).recv().await.expect("a message").detach();
        let waiting = joins.payment(payment).await.expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        let inventory = consumer(&reserved).recv().await.expect("a message").detach();
        let ran = joins.inventory(inventory).await.expect("an arrival");
        assert!(matches!(ran, Arrival::Ran(Ok(12))), "{ran:?}");

        let span = joined("fulfill", &key);
        assert_eq!(span.span_kind, SpanKind::Internal);
        assert_attributes(
            &span.attributes,
            &format!("fan_in.key = {key:?}\nfan_in.input_count = 2"),
        );
        let links = links_to(&span, &producers);
        let described = |topic: &str, size: usize| {
            format!(
                r#"
                messaging.system = "kafka"
                messaging.destination.name = "{topic}"
                messaging.destination.partition.id = "0"
                messaging.message.body.size = {size}
                messaging.kafka.offset = 0
                messaging.kafka.message.key = "{key}"
                "#
            )
        };
        assert_input(
            &links[0],
            &format!("link.relationship = \"payment\"{}", described(&paid, 4)),
        );
        assert_input(
            &links[1],
            &format!(
                "link.relationship = \"inventory\"\nmessaging.consumer.group.name = \"stock\"{}",
                described(&reserved, 8)
            ),
        );
    }

    fn keyed(key: &str, offset: i64, headers: &[(&str, Option<&str>)]) -> OwnedMessage {
        let message = record("", offset, headers);
        with_headers(key, offset, message.headers().expect("headers").clone())
    }

    fn with_headers(key: &str, offset: i64, headers: OwnedHeaders) -> OwnedMessage {
        install();
        OwnedMessage::new(
            Some(b"body".to_vec()),
            Some(key.into()),
            topic("fan-in"),
            client::Timestamp::NotAvailable,
            3,
            offset,
            Some(headers),
        )
    }

    #[tokio::test]
    async fn input_without_a_context_keeps_its_offset_on_record() {
        let key = format!("no-context-{VERSION}");
        let joins = Fulfill::in_memory(MINUTE);
        let payment = keyed(&key, 7, &[]);
        let _ = joins.payment(payment).await.expect("an arrival");
        let inventory = keyed(&key, 8, &[("traceparent", Some(TWO))]);
        let _ = joins.inventory(inventory).await.expect("an arrival");
        let span = joined("fulfill", &key);
        assert_eq!(linked(&span), ["0", "2"]);
        let attributes = linked_span_tests_brokers_common::attributes(&span.links.links[0].attributes);
        assert_eq!(attributes.get("messaging.kafka.offset").map(String::as_str), Some("7"));
        assert_eq!(attributes.get("link.relationship").map(String::as_str), Some("\"payment\""));
    }

    #[tokio::test]
    async fn message_that_arrives_twice_counts_once() {
        let key = format!("twice-{VERSION}");
        let joins = Fulfill::in_memory(MINUTE);
        for (offset, context) in [(7, ONE), (8, TWO)] {
            let payment = keyed(&key, offset, &[("traceparent", Some(context))]);
            let _ = joins.payment(payment).await.expect("an arrival");
        }
        let inventory = keyed(&key, 9, &[("traceparent", Some(TWO))]);
        let _ = joins.inventory(inventory).await.expect("an arrival");
        assert_eq!(linked(&joined("fulfill", &key)), ["1", "2"]);
    }

    #[tokio::test]
    async fn header_that_cannot_be_read_costs_no_link() {
        let key = format!("poison-{VERSION}");
        let joins = Fulfill::in_memory(MINUTE);
        let headers = OwnedHeaders::new().insert(Header {
            key: "traceparent",
            value: Some(ONE),
        });
        let payment = with_headers(&key, 7, with_a_broken_name(headers));
        let _ = joins.payment(payment).await.expect("an arrival");
        let inventory = keyed(&key, 8, &[("traceparent", Some(TWO))]);
        let _ = joins.inventory(inventory).await.expect("an arrival");
        assert_eq!(linked(&joined("fulfill", &key)), ["1", "2"]);
    }

    #[tokio::test]
    async fn message_without_a_key_is_returned() {
        install();
        let joins = Fulfill::in_memory(MINUTE);
        let error = joins.payment(keyed("", 7, &[])).await.expect_err("no key");
        let input = error.input.into_payment();
        assert_eq!(input.expect("the payment").offset(), 7);
    }

    #[tokio::test]
    async fn function_called_directly_links_to_both_messages() {
        let key = format!("direct-{VERSION}");
        let payment = keyed(&key, 7, &[("traceparent", Some(ONE))]);
        let inventory = keyed(&key, 8, &[("traceparent", Some(TWO))]);
        fulfill(payment, &inventory).await.expect("a result");
        let key = format!("{key:?}");
        let spans = linked_span_tests_brokers_common::spans("fulfill");
        let span = only(spans, |span| {
            span.links.links.iter().any(|link| {
                let attributes = linked_span_tests_brokers_common::attributes(&link.attributes);
                attributes.get("messaging.kafka.message.key") == Some(&key)
            })
        });
        assert_eq!(linked(&span), ["1", "2"]);
    }

    #[fan_in(
        payment(rdkafka, client = client, key = key_of(payment), destination = concat!("paid ", module_path!())),
        inventory(rdkafka, client = client, key = key_of(inventory)),
    )]
    fn expire(payment: &OwnedMessage, inventory: &OwnedMessage) {}

    #[test]
    fn expired_join_links_to_the_message_that_arrived() {
        let key = format!("expired-{VERSION}");
        let store = Memory::default();
        let joins = Expire::new(store, JoinOptions::timeout(Duration::from_millis(20)));
        let (send, received) = std::sync::mpsc::channel();
        let joins = joins.on_expired(move |expired: Expired<ExpireReceived>| {
            let offset = expired.inputs.payment().map(Message::offset);
            send.send(offset).expect("a receiver");
        });
        let payment = keyed(&key, 7, &[("traceparent", Some(ONE))]);
        let waiting = joins.payment(payment).expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        std::thread::sleep(Duration::from_millis(60));
        joins.sweep().expect("swept");
        assert_eq!(received.recv_timeout(MINUTE).expect("an expiry"), Some(7));
        let span = joined("expire expired", &key);
        assert_eq!(linked(&span), ["1"]);
        let attributes = linked_span_tests_brokers_common::attributes(&span.links.links[0].attributes);
        assert_eq!(attributes.get("messaging.kafka.offset").map(String::as_str), Some("7"));
        let destination = format!("{:?}", concat!("paid ", module_path!()));
        assert_eq!(attributes.get("messaging.destination.name"), Some(&destination));
    }

    fn described(message: &OwnedMessage) -> Described<'_> {
        let headers = message.headers().expect("headers");
        let field = |place| {
            let header: Header<'_, &[u8]> = headers.get(place);
            (header.key, header.value.unwrap_or_default())
        };
        let fields: Vec<_> = (0..headers.count()).map(field).collect();
        Described::new("pubsub").destination(message.topic()).headers(&fields)
    }

    fn first_key(messages: &[OwnedMessage]) -> String {
        messages.first().map(key_of).unwrap_or_default()
    }

    #[fan_in(
        payment(view = described, key = key_of(payment), relationship = "paid"),
        parts(rdkafka, client = client, key = first_key(parts), attributes(part = true)),
    )]
    fn assemble(payment: &OwnedMessage, parts: &Vec<OwnedMessage>) -> usize {
        parts.len()
    }

    #[test]
    fn batch_as_an_input_links_to_each_of_its_messages() {
        let key = format!("batch-{VERSION}");
        let joins = Assemble::in_memory(MINUTE);
        let parts = [(7, ONE), (8, TWO)]
            .map(|(offset, context)| keyed(&key, offset, &[("traceparent", Some(context))]));
        let waiting = joins.parts(parts.into()).expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        let payment = keyed(&key, 9, &[("traceparent", Some(ONE))]);
        let ran = joins.payment(payment).expect("an arrival");
        assert!(matches!(ran, Arrival::Ran(2)), "{ran:?}");
        let span = joined("assemble", &key);
        assert_eq!(linked(&span), ["1", "1", "2"]);
        let links = &span.links.links;
        assert_input(
            &links[0],
            &format!(
                "link.relationship = \"paid\"\nmessaging.system = \"pubsub\"\nmessaging.destination.name = {:?}",
                topic("fan-in")
            ),
        );
        for (link, offset) in links[1..].iter().zip(7..) {
            assert_input(
                link,
                &format!(
                    r#"
                    link.relationship = "parts"
                    messaging.system = "kafka"
                    messaging.destination.name = "{}"
                    messaging.destination.partition.id = "3"
                    messaging.message.body.size = 4
                    messaging.kafka.offset = {offset}
                    messaging.kafka.message.key = "{key}"
                    part = true
                    "#,
                    topic("fan-in")
                ),
            );
        }
    }
}
