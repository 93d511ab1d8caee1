//! Modules that stand for brokers' clients, so that no case compiles a client. Each has what its adapter names.

#![allow(dead_code, reason = "a case uses a part of it")]

pub mod aws_sdk_sqs {
    pub mod types {
        use std::collections::HashMap;

        pub struct Message {
            pub message_id: Option<String>,
            pub body: Option<String>,
            pub attributes: Option<HashMap<MessageSystemAttributeName, String>>,
            pub message_attributes: Option<HashMap<String, MessageAttributeValue>>,
        }

        #[derive(PartialEq, Eq, Hash)]
        pub enum MessageSystemAttributeName {
            ApproximateReceiveCount,
            AwsTraceHeader,
        }

        pub struct MessageAttributeValue {
            pub string_value: Option<String>,
            pub binary_value: Option<Vec<u8>>,
        }
    }
}

pub mod redis {
    pub mod streams {
        use std::collections::HashMap;

        pub struct StreamId {
            pub id: String,
            pub map: HashMap<String, super::Value>,
            pub delivered_count: Option<usize>,
        }

        /// The whole reply, which is no message.
        pub struct StreamReadReply {
            pub ids: Vec<StreamId>,
        }
    }

    pub enum Value {
        Nil,
        BulkString(Vec<u8>),
        SimpleString(String),
    }
}

pub mod rumqttc {
    /// A message of MQTT 3.
    pub struct Publish {
        pub topic: String,
        pub payload: Vec<u8>,
    }

    pub mod v5 {
        pub mod mqttbytes {
            pub mod v5 {
                pub struct Publish {
                    pub topic: Vec<u8>,
                    pub payload: Vec<u8>,
                    pub properties: Option<PublishProperties>,
                }

                pub struct PublishProperties {
                    pub correlation_data: Option<Vec<u8>>,
                    pub user_properties: Vec<(String, String)>,
                }
            }
        }
    }
}

pub mod google_cloud_pubsub {
    pub mod model {
        use std::collections::HashMap;

        pub struct Message {
            pub data: Vec<u8>,
            pub attributes: HashMap<String, String>,
            pub message_id: String,
            pub ordering_key: String,
        }
    }
}

pub mod cloudevents {
    pub use self::event::{AttributesReader, Event};

    pub mod event {
        pub struct Event;

        impl Event {
            pub fn iter_extensions(&self) -> impl Iterator<Item = (&str, &ExtensionValue)> {
                std::iter::empty()
            }
        }

        pub enum ExtensionValue {
            String(String),
            Boolean(bool),
        }

        pub struct SpecVersion;

        impl SpecVersion {
            pub fn as_str(&self) -> &str {
                "1.0"
            }
        }

        pub trait AttributesReader {
            fn id(&self) -> &str;
            fn source(&self) -> &String;
            fn specversion(&self) -> SpecVersion;
            fn ty(&self) -> &str;
            fn subject(&self) -> Option<&str>;
        }

        impl AttributesReader for Event {
            fn id(&self) -> &str {
                ""
            }
            fn source(&self) -> &String {
                const { &String::new() }
            }
            fn specversion(&self) -> SpecVersion {
                SpecVersion
            }
            fn ty(&self) -> &str {
                ""
            }
            fn subject(&self) -> Option<&str> {
                None
            }
        }
    }
}
