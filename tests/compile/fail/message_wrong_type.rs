use linked_span::linked_span;
use linked_span::messaging::Message;

/// Two versions of one client.
mod client {
    pub mod message {
        pub struct Header<'h> {
            pub key: &'h str,
            pub value: Option<&'h [u8]>,
        }

        pub trait Headers {
            fn count(&self) -> usize;
            fn try_get(&self, place: usize) -> Option<Header<'_>>;
        }

        pub trait Message {
            type Headers: Headers;
            fn topic(&self) -> &str;
            fn partition(&self) -> i32;
            fn offset(&self) -> i64;
            fn key(&self) -> Option<&[u8]>;
            fn payload(&self) -> Option<&[u8]>;
            fn headers(&self) -> Option<&Self::Headers>;
        }
    }
}
mod newer {
    pub struct OwnedMessage;
}

struct Order;

#[linked_span(order(rdkafka, client = client))]
fn decoded(order: &Order) {}

#[linked_span(messages(rdkafka, client = client))]
fn of_another_version(messages: &[newer::OwnedMessage]) {}

fn describe(order: &Order) -> Message<'_> {
    let _ = order;
    Message::new("kafka")
}

#[linked_span(order(view = describe))]
fn of_another_type(order: &str) {}

#[linked_span(orders(view = describe), parent = event)]
fn child_of_a_batch(orders: &[Order]) {}

fn main() {
    decoded(&Order);
    of_another_version(&[]);
    of_another_type("");
    child_of_a_batch(&[]);
}
