//! Messages with two places for a context.

use std::collections::HashMap;

use linked_span::linked_span;
use linked_span::messaging::{Message, google_cloud_pubsub};
use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;

use crate::{producer, traceparent};

type Attributes = HashMap<String, String>;

/// The attributes of a message, and the user in its handler's baggage.
type Case<'c> = (&'c [(&'c str, &'c str)], Option<&'c str>);

fn describe(attributes: &Attributes) -> Message<'_> {
    Message::new("gcp_pubsub").produced_at(google_cloud_pubsub::origin(attributes))
}

#[linked_span(message(view = describe))]
fn user(message: &Attributes) -> Option<String> {
    Context::map_current(|context| context.baggage().get("user").map(ToString::to_string))
}

/// Asserts the baggage of a handler's body, which must not depend on an SDK.
///
/// # Panics
///
/// If a body has other baggage.
pub fn assert_baggage_of_two_places() {
    let context = traceparent(&producer(1));
    let own = ("traceparent", context.as_str());
    let other = ("googclient_traceparent", context.as_str());
    let own_baggage = ("baggage", "user=own");
    let other_baggage = ("googclient_baggage", "user=other");
    let cases: [Case<'_>; 7] = [
        (&[own, own_baggage, other, other_baggage], Some("own")),
        (&[own, other, other_baggage], None),
        (&[own, other_baggage], None),
        (&[own_baggage, other, other_baggage], Some("own")),
        (&[own_baggage, other], Some("own")),
        (&[other, other_baggage], Some("other")),
        (&[other_baggage], Some("other")),
    ];
    for (attributes, expected) in cases {
        let pairs = attributes.iter();
        let message = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        assert_eq!(
            user(&message.collect()).as_deref(),
            expected,
            "{attributes:?}"
        );
    }
}
