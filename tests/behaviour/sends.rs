//! Functions that send messages, and origins that are written into headers.

use linked_span::messaging::{Message, create};
use linked_span::{
    LinkedEvent, Origin, WithOrigin, extract, inject_origin, linked_span, set_attribute,
};
use linked_span_tests::{Sdk, pairs, producer, traceparent};
use opentelemetry::trace::{SpanKind, Status};

#[linked_span(send("orders", system = "kafka"))]
fn publish() -> Origin {
    set_attribute("sent", true);
    Origin::current()
}

#[test]
fn function_that_sends_makes_the_context_of_its_message() {
    let sdk = Sdk::install();
    let origin = publish();
    let span = sdk.span();
    assert_eq!(span.name, "send orders");
    assert_eq!(span.span_kind, SpanKind::Producer);
    assert_eq!(span.status, Status::Unset);
    assert_eq!(
        pairs(&span.attributes),
        [
            ("messaging.system", "kafka".into()),
            ("messaging.operation.name", "send".into()),
            ("messaging.operation.type", "send".into()),
            ("messaging.destination.name", "orders".into()),
            ("sent", true.into()),
        ]
    );
    assert_eq!(origin.span_context(), &span.span_context);
}

struct Publisher {
    topic: String,
}

impl Publisher {
    #[linked_span(send(self.topic, system = "kafka"), attributes(order.id = order))]
    async fn publish(&self, order: u32) -> Result<(), &'static str> {
        Err("no broker")
    }

    #[linked_span(send(&self.topic, system = "nats", template = "orders.{id}"), name = "say")]
    fn say(&self) {}
}

#[tokio::test]
async fn destination_of_a_send_may_be_computed() {
    let sdk = Sdk::install();
    let publisher = Publisher {
        topic: "orders.7".to_owned(),
    };
    assert!(publisher.publish(7).await.is_err());
    publisher.say();
    let spans = sdk.spans();
    assert_eq!(spans[0].name, "send orders.7");
    assert_eq!(spans[0].status, Status::error("no broker"));
    assert_eq!(spans[1].name, "say");
    assert_eq!(
        pairs(&spans[1].attributes),
        [
            ("messaging.system", "nats".into()),
            ("messaging.operation.name", "send".into()),
            ("messaging.operation.type", "send".into()),
            ("messaging.destination.name", "orders.7".into()),
            ("messaging.destination.template", "orders.{id}".into()),
        ]
    );
}

#[linked_span(send(inbox, system = "nats"))]
fn reply(inbox: &str) {}

#[test]
fn inbox_of_a_request_is_no_part_of_a_name() {
    let sdk = Sdk::install();
    reply("_INBOX.CELr6.1");
    let span = sdk.span();
    assert_eq!(span.name, "send");
    let attributes = pairs(&span.attributes);
    assert!(attributes.contains(&("messaging.destination.name", "_INBOX.CELr6.1".into())));
    assert!(attributes.contains(&("messaging.destination.temporary", true.into())));
}

#[linked_span(records, send("orders", system = "kafka"))]
fn publish_all(records: &[WithOrigin<u32>]) {}

#[linked_span(record, send("orders", system = "kafka"))]
fn forward(record: &WithOrigin<u32>) {}

#[test]
fn function_that_sends_messages_with_contexts_is_linked_to_them() {
    let sdk = Sdk::install();
    let records = [1, 2].map(|number| WithOrigin::new(u32::from(number), producer(number)));
    publish_all(&records);
    forward(&records[0]);
    let spans = sdk.spans();
    assert_eq!(spans[0].name, "send orders");
    assert_eq!(spans[0].span_kind, SpanKind::Client);
    assert_eq!(
        pairs(&spans[0].attributes),
        [
            ("messaging.system", "kafka".into()),
            ("messaging.operation.name", "send".into()),
            ("messaging.operation.type", "send".into()),
            ("messaging.destination.name", "orders".into()),
            ("messaging.batch.message_count", 2.into()),
        ]
    );
    let links = spans[0].links.links.iter();
    assert_eq!(
        links
            .map(|link| link.span_context.clone())
            .collect::<Vec<_>>(),
        [producer(1), producer(2)]
    );
    assert_eq!(spans[1].span_kind, SpanKind::Client);
    assert_eq!(spans[1].links.links.len(), 1);
    assert_eq!(pairs(&spans[1].links.links[0].attributes), []);
}

struct Received(Origin);

fn describe(received: &Received) -> Message<'_> {
    Message::new("rabbitmq")
        .destination("loans")
        .message_id("loan-1")
        .produced_at(&received.0)
}

#[linked_span(received(view = describe), send("retry", system = "kafka"))]
fn retry(received: &Received) {}

#[linked_span(all(view = describe), send("retry", system = "kafka"))]
fn retry_all(all: &[Received]) {}

#[test]
fn function_that_sends_what_it_received_describes_the_received_message_on_its_link() {
    let sdk = Sdk::install();
    let received = [1, 2].map(|number| Received(producer(number).into()));
    retry(&received[0]);
    retry_all(&received);
    let sent = [
        ("messaging.system", "kafka".into()),
        ("messaging.operation.name", "send".into()),
        ("messaging.operation.type", "send".into()),
        ("messaging.destination.name", "retry".into()),
    ];
    let link = [
        ("link.relationship", "triggered_by".into()),
        ("messaging.system", "rabbitmq".into()),
        ("messaging.destination.name", "loans".into()),
        ("messaging.message.id", "loan-1".into()),
    ];
    let spans = sdk.spans();
    assert_eq!(spans[0].name, "send retry");
    // The sent message has the context of this span, and not that of the received message.
    assert_eq!(spans[0].span_kind, SpanKind::Producer);
    assert_eq!(pairs(&spans[0].attributes), sent);
    let links = &spans[0].links.links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].span_context, producer(1));
    assert_eq!(pairs(&links[0].attributes), link);

    assert_eq!(spans[1].name, "send retry");
    assert_eq!(spans[1].span_kind, SpanKind::Producer);
    assert_eq!(pairs(&spans[1].attributes[..4]), sent);
    assert_eq!(
        pairs(&spans[1].attributes[4..]),
        [("messaging.batch.message_count", 2.into())]
    );
    let links = &spans[1].links.links;
    assert_eq!(
        links
            .iter()
            .map(|link| &link.span_context)
            .collect::<Vec<_>>(),
        [&producer(1), &producer(2)]
    );
    assert_eq!(pairs(&links[1].attributes), link[1..]);
}

#[test]
fn stored_origin_is_written_exactly() {
    let stored = extract(&[
        ("traceparent", traceparent(&producer(7)).as_str()),
        ("tracestate", "a=1"),
        ("baggage", "tenant=acme"),
    ]);
    let mut headers = vec![
        ("baggage".to_owned(), "poller=1".to_owned()),
        ("app".to_owned(), "1".to_owned()),
    ];
    inject_origin(&stored, &mut headers);
    assert_eq!(extract(&headers), stored);
    assert_eq!(headers.len(), 4);
    assert_eq!(stored.fields().count(), 3);
    assert_eq!(stored.without_baggage().fields().count(), 2);
    assert_eq!(Origin::default().fields().count(), 0);
}

#[test]
fn unsampled_origin_is_written_with_its_flag() {
    let unsampled = traceparent(&producer(7)).replace("-01", "-00");
    let stored = extract(&[("traceparent", unsampled.as_str())]);
    let fields: Vec<_> = stored.fields().collect();
    assert_eq!(fields, [("traceparent".to_owned(), unsampled)]);
    let _ = stored.origin();
}

#[test]
fn create_gives_each_payload_a_context_of_its_own() {
    let sdk = Sdk::install();
    let message = Message::new("kafka").destination("orders");
    let records = create(&message, [1, 2]);
    publish_all(&records);
    let spans = sdk.spans();
    let [one, other, send] = spans.as_slice() else {
        panic!("three spans: {spans:?}");
    };
    for (span, record) in [one, other].into_iter().zip(&records) {
        assert_eq!(span.name, "create orders");
        assert_eq!(span.span_kind, SpanKind::Producer);
        assert_eq!(span.instrumentation_scope.name(), "linked-span");
        assert_eq!(
            pairs(&span.attributes),
            [
                ("messaging.system", "kafka".into()),
                ("messaging.operation.name", "create".into()),
                ("messaging.operation.type", "create".into()),
                ("messaging.destination.name", "orders".into()),
            ]
        );
        assert_eq!(record.origin().span_context(), &span.span_context);
    }
    let links = send.links.links.iter();
    let linked: Vec<_> = links.map(|link| link.span_context.clone()).collect();
    assert_eq!(linked, [one, other].map(|span| span.span_context.clone()));
}

#[test]
fn create_keeps_the_origin_that_a_payload_has() {
    let sdk = Sdk::install();
    let message = Message::new("kafka").destination("orders");
    let payloads = [WithOrigin::new(1, producer(1)), WithOrigin::from(2)];
    let records: Vec<WithOrigin<u32>> = create(&message, payloads);
    let spans = sdk.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(records[0].origin(), Origin::from(producer(1)));
    assert_eq!(records[1].origin().span_context(), &spans[0].span_context);
}
