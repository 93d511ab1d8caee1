//! The documented `view` of a push subscription.

// The code on the client's page of the documentation.
include!("../../../../../runtime/src/messaging/pages/pubsub_push.rs");

use linked_span_tests_brokers_common::{assert_attributes, install, span};

#[tokio::test]
async fn message_of_a_push_subscription_is_linked_and_described() {
    install();
    let push = r#"{
        "message": {
            "attributes": {"googclient_traceparent": "00-22222222222222222222222222222222-2222222222222222-01"},
            "data": "cGFpZA==",
            "messageId": "2070443601311540",
            "message_id": "2070443601311540",
            "publishTime": "2021-02-26T19:13:55.749Z"
        },
        "subscription": "projects/shop/subscriptions/pushed"
    }"#;
    on_push(&serde_json::from_str(push).expect("a push")).await;
    let span = span("process pushed");
    assert_attributes(
        &span.attributes,
        r#"
        messaging.system = "gcp_pubsub"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.destination.name = "pushed"
        messaging.message.id = "2070443601311540"
        "#,
    );
    let [link] = span.links.links.as_slice() else {
        panic!("one link: {:?}", span.links);
    };
    assert_eq!(link.span_context.span_id().to_string(), "2222222222222222");
}
