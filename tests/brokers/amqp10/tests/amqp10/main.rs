//! Handlers of AMQP 1.0 deliveries from `RabbitMQ`, with a real server, in two versions of `fe2o3_amqp`.

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/fe2o3_amqp.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("server.rs");
            include!("in_memory.rs");
            include!("consume.rs");
            include!("azure.rs");
            include!("hostile.rs");
            include!("produce.rs");
            include!("fan_in.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v0_18 = fe2o3_amqp;
    v0_14 = fe2o3_amqp_014;
}
