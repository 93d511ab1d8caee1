//! Handlers of entries from Redis Streams, with a real server, in two versions of `redis`.

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/redis.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("server.rs");
            include!("consume.rs");
            include!("claim.rs");
            include!("produce.rs");
            include!("fan_in.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v2 = redis_2;
    v1 = redis;
}
