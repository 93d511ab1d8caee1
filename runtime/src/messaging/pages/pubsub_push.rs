use std::collections::HashMap;

use linked_span::linked_span;
use linked_span::messaging::Message;
use linked_span::messaging::google_cloud_pubsub::origin;

#[derive(serde::Deserialize)]
struct Push {
    message: Pushed,
    subscription: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pushed {
    message_id: String,
    /// Base64.
    #[serde(default)]
    data: String,
    #[serde(default)]
    attributes: HashMap<String, String>,
}

fn describe(push: &Push) -> Message<'_> {
    // `projects/shop/subscriptions/billing`
    let subscription = push.subscription.rsplit('/').next().unwrap_or_default();
    Message::new("gcp_pubsub")
        .destination(subscription)
        .message_id(&push.message.message_id)
        .produced_at(origin(&push.message.attributes))
}

// The handler of a request whose body is a `Push`: the span "process billing", linked to the producer.
#[linked_span(push(view = describe))]
async fn on_push(push: &Push) {
    println!("{}", push.message.data);
}
