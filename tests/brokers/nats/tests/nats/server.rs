// A subject for one test, written to and read by this version of the client.

use client::HeaderMap;
use futures_util::StreamExt as _;

/// Returns a subject that no other test uses.
fn subject(test: &str) -> String {
    format!("{test}.{VERSION}")
}

async fn connect() -> client::Client {
    let url = std::env::var("NATS_URL").expect("NATS_URL: run the tests by `servers/nats cargo test`");
    client::connect(url).await.expect("a connection")
}

/// Returns the headers in which a producer in another language wrote its context.
fn headers_of(context: &opentelemetry::Context) -> HeaderMap {
    let mut fields: Vec<(String, String)> = Vec::new();
    {
        let _active = context.clone().attach();
        linked_span::inject(&mut fields);
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &fields {
        headers.insert(name.as_str(), value.as_str());
    }
    headers
}
