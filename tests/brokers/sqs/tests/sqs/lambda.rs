//! The documented `view` of the messages that Lambda's runtime receives.

// The code on the client's page of the documentation.
include!("../../../../../runtime/src/messaging/pages/aws_lambda_events.rs");

use linked_span_tests_brokers_common::{assert_attributes, install, spans};
use serde_json::json;

/// As Lambda sends it: the first message is well-formed, the second came through SNS, and its body is not an order.
fn event() -> SqsEvent {
    let attributes = json!({"ApproximateReceiveCount": "1", "SentTimestamp": "1523232000000"});
    let record = json!({
        "messageId": "order-1",
        "receiptHandle": "handle",
        "body": "{}",
        "attributes": attributes,
        "messageAttributes": {
            "traceparent": {
                "stringValue": "00-11111111111111111111111111111111-1111111111111111-01",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String"
            }
        },
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:lambda-orders",
        "awsRegion": "eu-central-1"
    });
    let notification = json!({
        "Type": "Notification",
        "Message": "not an order",
        "MessageAttributes": {
            "traceparent": {
                "Type": "String",
                "Value": "00-22222222222222222222222222222222-2222222222222222-01"
            }
        }
    });
    let mut wrapped = record.clone();
    wrapped["messageId"] = "order-2".into();
    wrapped["messageAttributes"] = json!({});
    wrapped["body"] = format!("{notification}").into();
    let mut failed = record.clone();
    failed["messageId"] = "order-3".into();
    failed["body"] = "not an order".into();
    serde_json::from_value(json!({"Records": [record, wrapped, failed]})).expect("an event")
}

#[tokio::test]
async fn messages_of_lambda_are_linked_and_failed_ones_are_reported() {
    install();
    let response = on_event(event()).await;
    let failures = response.batch_item_failures.iter();
    let failures: Vec<_> = failures
        .map(|failure| failure.item_identifier.as_str())
        .collect();
    assert_eq!(failures, ["order-3"]);

    let spans = spans("process lambda-orders");
    let linked = spans.iter().map(|span| {
        let [link] = span.links.links.as_slice() else {
            panic!("one link: {:?}", span.links);
        };
        link.span_context.span_id().to_string()
    });
    assert_eq!(
        linked.collect::<Vec<_>>(),
        ["1111111111111111", "2222222222222222", "1111111111111111"]
    );
    assert_attributes(
        &spans[0].attributes,
        r#"
        messaging.system = "aws_sqs"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.destination.name = "lambda-orders"
        messaging.message.id = "order-1"
        messaging.message.body.size = 2
        messaging.aws_sqs.message.delivery_count = 1
        "#,
    );
}
