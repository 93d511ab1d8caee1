//! Handlers of NATS messages, with a real server, in three versions of `async-nats`.

mod measured;
/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/async_nats.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("server.rs");
            include!("core.rs");
            include!("jetstream.rs");
            include!("in_memory.rs");
            include!("fan_in.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v0_51 = async_nats;
    v0_42 = async_nats_042;
    v0_33 = async_nats_033;
}
