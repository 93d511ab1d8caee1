use linked_span::{Origin, extract, inject, linked_span};

/// The headers of a client.
mod client {
    pub struct HeaderMap;
}

struct Message {
    headers: Option<client::HeaderMap>,
}

#[linked_span(message(origin = extract(message.headers.as_ref())))]
fn on_message(message: &Message) {}

fn main() {
    on_message(&Message { headers: None });
    let _: Origin = extract(&client::HeaderMap);
    inject(&mut client::HeaderMap);
}
