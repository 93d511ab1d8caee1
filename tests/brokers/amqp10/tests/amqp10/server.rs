// A queue for one test, written to and read by this version of the client.

use client::connection::ConnectionHandle;
use client::session::SessionHandle;
use client::types::messaging::{ApplicationProperties, Message, MessageId, Outcome, Properties};
use client::types::primitives::SimpleValue;
use client::{Connection, Delivery, Receiver, Sender, Session};

/// Returns a queue that no other test uses.
fn queue(test: &str) -> String {
    format!("{test}-amqp10-{VERSION}")
}

/// A session, and what lives as long: older versions of the client end the session if a link ends.
struct Connected {
    session: SessionHandle<()>,
    senders: Vec<Sender>,
    _connection: ConnectionHandle<()>,
}

async fn connect() -> Connected {
    let url = std::env::var("AMQP_URL")
        .expect("AMQP_URL: run the tests by `servers/rabbitmq cargo test`");
    let url = url.trim_end_matches("%2f");
    let mut connection = Connection::open("linked-span", url).await.expect("a connection");
    Connected {
        session: Session::begin(&mut connection).await.expect("a session"),
        senders: Vec::new(),
        _connection: connection,
    }
}

/// Sends a message to a queue, which the server declares.
async fn send(connected: &mut Connected, queue: &str, message: Message<String>) {
    let message = Message {
        header: message.header,
        delivery_annotations: None,
        message_annotations: None,
        properties: message.properties,
        application_properties: message.application_properties,
        body: client::types::messaging::AmqpValue(message.body),
        footer: None,
    };
    let address = format!("/queue/{queue}");
    let name = format!("{queue}-sender-{}", connected.senders.len());
    let sender = Sender::attach(&mut connected.session, name, address).await;
    let mut sender = sender.expect("a sender");
    let outcome: Outcome = sender.send(message).await.expect("sent");
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    connected.senders.push(sender);
}

async fn receiver(connected: &mut Connected, queue: &str) -> Receiver {
    let name = format!("{queue}-receiver");
    let address = format!("/queue/{queue}");
    Receiver::attach(&mut connected.session, name, address).await.expect("a receiver")
}

async fn next(receiver: &mut Receiver) -> Delivery<String> {
    receiver.recv().await.expect("a delivery")
}
