//! Handlers of deliveries from `RabbitMQ`, with a real server, in three versions of `lapin`.

mod measured;

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/lapin.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        #[allow(
            clippy::useless_conversion,
            reason = "version 4 takes a `ShortString` where 2 and 3 take a `&str`"
        )]
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("server.rs");
            include!("consume.rs");
            include!("produce.rs");
            include!("fan_in.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v4 = lapin;
    v3 = lapin_3;
    v2 = lapin_2;
}
