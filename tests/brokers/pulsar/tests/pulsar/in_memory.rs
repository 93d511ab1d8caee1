//! Messages as a consumer receives them.

use pulsar::Payload;
use pulsar::consumer::Message;
use pulsar::consumer::data::MessageData;
use pulsar::proto::{KeyValue, MessageIdData, MessageMetadata};

pub(crate) const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
pub(crate) const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

/// Returns a message of this topic and entry with these properties, which a broker keeps in their order.
pub(crate) fn message(topic: &str, entry: u64, properties: &[(&str, &str)]) -> Message<String> {
    let properties = properties.iter().map(|(key, value)| KeyValue {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
    });
    let metadata = MessageMetadata {
        producer_name: "producer".to_owned(),
        properties: properties.collect(),
        ..Default::default()
    };
    let id = MessageIdData {
        ledger_id: 26,
        entry_id: entry,
        ..Default::default()
    };
    let id = MessageData {
        id,
        batch_size: None,
    };
    let data = b"paid".to_vec();
    Message::new(topic, id, Payload { metadata, data })
}
