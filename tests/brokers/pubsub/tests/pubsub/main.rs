//! Handlers of messages from Google Cloud Pub/Sub, in memory: no server of it can be installed.

mod consume;
mod fan_in;
mod produce;
mod push;
mod recorded;

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/google_cloud_pubsub.rs"]
mod page;

use google_cloud_pubsub::model::Message;

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

fn message(attributes: &[(&str, &str)]) -> Message {
    let attributes = attributes.iter().copied();
    Message::new()
        .set_message_id("7")
        .set_data("paid")
        .set_attributes(attributes)
}
