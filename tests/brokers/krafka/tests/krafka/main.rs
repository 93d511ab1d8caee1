//! Handlers of Kafka records, in memory, in two versions of `krafka`.
//!
//! librdkafka's mock cluster does not answer the client's first request, whose version is newer.

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/krafka.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("in_memory.rs");
            include!("consume.rs");
            include!("hostile.rs");
            include!("produce.rs");
            include!("fan_in.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v0_28 = krafka;
    v0_27 = krafka_027;
}
