//! Handlers of `CloudEvents`, in memory, in two versions of the SDK. Their transports are tested in other packages.

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/cloudevents.rs"]
mod page;

macro_rules! versions {
    ($($version:ident = $client:ident;)*) => { $(
        mod $version {
            /// The path at which the attribute finds the client.
            use ::$client as client;

            const VERSION: &str = stringify!($version);

            include!("event.rs");
            include!("consume.rs");
            include!("produce.rs");
            include!("fan_in.rs");
            include!("recorded.rs");
        }
    )* };
}

versions! {
    v0_9 = cloudevents;
    v0_8 = cloudevents_08;
}
