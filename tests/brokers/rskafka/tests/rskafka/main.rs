//! Handlers of Kafka records, with librdkafka's mock cluster, in two versions of `rskafka`.

mod cluster;

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/rskafka.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("topic.rs");
            include!("consume.rs");
            include!("hostile.rs");
            include!("produce.rs");
            include!("fan_in.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v0_6 = rskafka;
    v0_5 = rskafka_05;
}
