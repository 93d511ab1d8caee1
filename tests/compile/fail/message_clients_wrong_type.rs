//! Each client is as small as its adapter allows.

use linked_span::linked_span;

mod amqprs {
    use std::collections::HashMap;

    pub struct Text(String);
    pub struct FieldTable(HashMap<Text, FieldValue>);

    impl AsRef<String> for Text {
        fn as_ref(&self) -> &String {
            &self.0
        }
    }
    impl AsRef<HashMap<Text, FieldValue>> for FieldTable {
        fn as_ref(&self) -> &HashMap<Text, FieldValue> {
            &self.0
        }
    }

    #[allow(non_camel_case_types)]
    pub enum FieldValue {
        l(i64),
        I(i32),
        S(Text),
        x(Vec<u8>),
    }

    pub struct BasicProperties;

    impl BasicProperties {
        pub fn headers(&self) -> Option<&FieldTable> {
            None
        }
        pub fn message_id(&self) -> Option<&String> {
            None
        }
        pub fn correlation_id(&self) -> Option<&String> {
            None
        }
    }

    macro_rules! frames {
        ($($frame:ident)*) => { $(
            pub struct $frame(String);

            impl $frame {
                pub fn exchange(&self) -> &String {
                    &self.0
                }
                pub fn routing_key(&self) -> &String {
                    &self.0
                }
                pub fn delivery_tag(&self) -> u64 {
                    0
                }
            }
        )* };
    }
    frames!(Deliver GetOk Return);

    pub mod channel {
        pub struct ConsumerMessage {
            pub deliver: Option<super::Deliver>,
            pub basic_properties: Option<super::BasicProperties>,
            pub content: Option<Vec<u8>>,
        }
    }
}

mod rskafka {
    pub mod record {
        pub struct Record {
            pub key: Option<Vec<u8>>,
            pub value: Option<Vec<u8>>,
            pub headers: std::collections::BTreeMap<String, Vec<u8>>,
        }
        pub struct RecordAndOffset {
            pub record: Record,
            pub offset: i64,
        }
    }
}

mod krafka {
    pub mod consumer {
        pub struct ConsumerRecord {
            pub topic: String,
            pub partition: i32,
            pub offset: i64,
            pub key: Option<Vec<u8>>,
            pub value: Option<Vec<u8>>,
            pub headers: Vec<(String, Option<Vec<u8>>)>,
            pub delivery_count: Option<i16>,
        }
    }
}

mod fe2o3_amqp {
    pub struct Delivery<B>(types::messaging::Message<B>);

    impl<B> Delivery<B> {
        pub fn message(&self) -> &types::messaging::Message<B> {
            &self.0
        }
    }

    pub mod types {
        pub mod messaging {
            pub enum MessageId {
                Ulong(u64),
                Uuid(u128),
                Binary(Vec<u8>),
                String(String),
            }
            pub struct Header {
                pub delivery_count: u32,
            }
            pub struct Properties {
                pub message_id: Option<MessageId>,
                pub correlation_id: Option<MessageId>,
                pub to: Option<String>,
            }
            pub struct ApplicationProperties(pub Vec<(String, super::primitives::SimpleValue)>);
            pub struct Message<B> {
                pub header: Option<Header>,
                pub properties: Option<Properties>,
                pub application_properties: Option<ApplicationProperties>,
                pub body: B,
            }
        }
        pub mod primitives {
            pub enum SimpleValue {
                Null,
                Binary(Vec<u8>),
                String(String),
                Symbol(String),
            }
        }
    }
}

mod azservicebus {
    use std::borrow::Cow;
    use std::collections::HashMap;

    pub struct Time;

    impl Time {
        pub fn unix_timestamp(&self) -> i64 {
            0
        }
    }

    macro_rules! messages {
        ($($message:ident)*) => { $(
            pub struct $message;

            impl $message {
                pub fn message_id(&self) -> Option<Cow<'_, str>> {
                    None
                }
                pub fn correlation_id(&self) -> Option<Cow<'_, str>> {
                    None
                }
                pub fn body(&self) -> Result<&[u8], ()> {
                    Err(())
                }
                pub fn delivery_count(&self) -> Option<u32> {
                    None
                }
                pub fn enqueued_time(&self) -> Time {
                    Time
                }
                pub fn application_properties(&self) -> Option<&HashMap<String, String>> {
                    None
                }
            }
        )* };
    }
    messages!(ServiceBusReceivedMessage ServiceBusPeekedMessage);
}

mod pulsar {
    pub mod consumer {
        pub struct Id {
            pub ledger_id: u64,
            pub entry_id: u64,
            pub partition: Option<i32>,
            pub batch_index: Option<i32>,
        }
        pub struct MessageData {
            pub id: Id,
        }
        pub struct KeyValue {
            pub key: String,
            pub value: String,
        }
        pub struct Metadata {
            pub partition_key: Option<String>,
            pub properties: Vec<KeyValue>,
        }
        pub struct Payload {
            pub metadata: Metadata,
            pub data: Vec<u8>,
        }
        pub struct Message<T> {
            pub topic: String,
            pub payload: Payload,
            pub message_id: MessageData,
            pub of: T,
        }
    }
}

struct Order;

/// One handler for each client.
macro_rules! handlers {
    ($($handler:ident: $client:ident;)*) => { $(
        #[linked_span(order($client, client = crate::$client))]
        fn $handler(order: &Order) {}
    )* };
}
handlers! {
    of_amqprs: amqprs;
    of_rskafka: rskafka;
    of_krafka: krafka;
    of_fe2o3_amqp: fe2o3_amqp;
    of_azservicebus: azservicebus;
    of_pulsar: pulsar;
}

fn main() {
    of_amqprs(&Order);
    of_rskafka(&Order);
    of_krafka(&Order);
    of_fe2o3_amqp(&Order);
    of_azservicebus(&Order);
    of_pulsar(&Order);
}
