//! Handlers of Kafka messages, with librdkafka's mock cluster, in three versions of `rdkafka`.

mod cluster;
mod measured;

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/rdkafka.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("topic.rs");
            include!("in_memory.rs");
            include!("consume.rs");
            include!("forms.rs");
            include!("hostile.rs");
            include!("produce.rs");
            include!("fan_in.rs");
            include!("durable.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v0_39 = rdkafka;
    v0_36 = rdkafka_036;
    v0_29 = rdkafka_029;
}
