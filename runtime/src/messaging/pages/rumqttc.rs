use linked_span::messaging::Received;
use linked_span::messaging::rumqttc::{describe, headers};
use linked_span::{fan_in, linked_span};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish, PublishProperties};
use rumqttc::v5::{AsyncClient, ClientError, ConnectionError, Event, EventLoop};

// One message: the span "process devices/{id}/state", linked to the producer.
#[linked_span(publish(rumqttc, template = "devices/{id}/state"))]
async fn on_state(publish: &Publish) {
    println!("{} bytes", publish.payload.len());
}

// A batch: one span, with a link to each message.
#[linked_span(batch(rumqttc, template = "devices/{id}/state"))]
async fn on_states(batch: &[Publish]) {
    println!("{} states", batch.len());
}

// The consumer.
async fn consume(events: &mut EventLoop) -> Result<(), ConnectionError> {
    loop {
        if let Event::Incoming(Packet::Publish(publish)) = events.poll().await? {
            on_state(&publish).await;
        }
    }
}

// A producer: the span "send devices/{id}/state", whose context `headers!()` contains.
#[linked_span(send(topic.clone(), system = "mqtt", template = "devices/{id}/state"))]
async fn publish(client: &AsyncClient, topic: String, state: String) -> Result<(), ClientError> {
    let properties = PublishProperties {
        user_properties: headers!(),
        ..Default::default()
    };
    client
        .publish_with_properties(topic, QoS::AtLeastOnce, false, state, properties)
        .await
}

// A forwarded message: all other user properties stay.
fn forwarded(publish: &Publish) -> PublishProperties {
    PublishProperties {
        user_properties: headers!(replacing publish.properties),
        ..Default::default()
    }
}

// A function that waits for two messages, in memory. In a database, its inputs are `Received`.
#[fan_in(
    state(rumqttc, template = "devices/{id}/state", key = key(state)),
    alarm(rumqttc, template = "devices/{id}/alarm", key = key(alarm)),
)]
async fn report(state: &Publish, alarm: &Publish) {}

fn key(publish: &Publish) -> String {
    String::from_utf8_lossy(&publish.payload).into_owned()
}

fn kept(publish: &Publish) -> Received<String> {
    Received::new(
        describe!(publish).template("devices/{id}/state"),
        key(publish),
    )
}
