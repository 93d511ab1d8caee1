// A topic for one test, written to and read by this version of the client.

use std::time::Duration;

use client::v5::mqttbytes::QoS;
use client::v5::mqttbytes::v5::{Packet, Publish, PublishProperties};
use client::v5::{AsyncClient, Event, EventLoop, MqttOptions};

/// Connects, and subscribes to a filter.
async fn subscribe(test: &str, filter: &str) -> (AsyncClient, EventLoop) {
    let port = std::env::var("MQTT_PORT").expect("MQTT_PORT: run the tests by `servers/mqtt cargo test`");
    let mut options = MqttOptions::new(format!("{test}-{VERSION}"), "127.0.0.1", port.parse().expect("a port"));
    options.set_keep_alive(Duration::from_secs(60));
    let (client, mut events) = AsyncClient::new(options, 10);
    client.subscribe(filter, QoS::AtLeastOnce).await.expect("a subscription");
    loop {
        if let Event::Incoming(Packet::SubAck(_)) = events.poll().await.expect("an event") {
            return (client, events);
        }
    }
}

async fn next(events: &mut EventLoop) -> Publish {
    loop {
        let event = tokio::time::timeout(Duration::from_secs(20), events.poll()).await;
        if let Event::Incoming(Packet::Publish(publish)) = event.expect("in time").expect("an event") {
            return publish;
        }
    }
}

fn properties(user_properties: Vec<(String, String)>) -> PublishProperties {
    PublishProperties {
        user_properties,
        ..Default::default()
    }
}

async fn send(client: &AsyncClient, topic: &str, properties: PublishProperties) {
    client
        .publish_with_properties(topic, QoS::AtLeastOnce, false, "paid", properties)
        .await
        .expect("sent");
}

/// Returns the user properties in which a producer in another language wrote its context.
fn properties_of(context: &opentelemetry::Context) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let _active = context.clone().attach();
    linked_span::inject(&mut fields);
    fields
}

/// Returns a message without a server.
fn message(topic: &str, user_properties: &[(&str, &str)]) -> Publish {
    let pairs = user_properties.iter();
    let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let properties = properties(pairs.collect());
    Publish::new(topic, QoS::AtMostOnce, "paid", Some(properties))
}
