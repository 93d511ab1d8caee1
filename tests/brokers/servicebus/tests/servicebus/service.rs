//! A service of AMQP 1.0 in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use fe2o3_amqp::acceptor::{
    ConnectionAcceptor, LinkAcceptor, LinkEndpoint, ListenerSessionHandle, SaslAnonymousMechanism,
    SessionAcceptor,
};
use fe2o3_amqp::types::messaging::{
    AmqpValue, ApplicationProperties, Body, DeliveryAnnotations, Header, Message,
    MessageAnnotations, Outcome, Properties,
};
use fe2o3_amqp::types::primitives::{SimpleValue, Timestamp, Value};
use fe2o3_amqp::{Receiver, Sender};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub(crate) type Stored = Message<Body<Value>>;

/// When each message was enqueued, in milliseconds.
pub(crate) const ENQUEUED: i64 = 1_700_000_000_123;

/// A queue, whose only consumer takes the second half.
struct Queue {
    messages: UnboundedSender<Stored>,
    waiting: Option<UnboundedReceiver<Stored>>,
}

#[derive(Clone, Default)]
struct Queues(Arc<Mutex<HashMap<String, Queue>>>);

impl Queues {
    fn with<R>(&self, name: &str, then: impl FnOnce(&mut Queue) -> R) -> R {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        then(queues.entry(name.to_owned()).or_insert_with(|| {
            let (messages, waiting) = unbounded_channel();
            Queue {
                messages,
                waiting: Some(waiting),
            }
        }))
    }

    fn messages(&self, name: &str) -> UnboundedSender<Stored> {
        self.with(name, |queue| queue.messages.clone())
    }
}

/// Starts a service for one test, and returns its host and port.
pub(crate) async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        let queues = Queues::default();
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, queues.clone()));
        }
    });
    address
}

async fn connection(stream: TcpStream, queues: Queues) {
    let acceptor = ConnectionAcceptor::builder()
        .container_id("service")
        .sasl_acceptor(SaslAnonymousMechanism::new())
        .build();
    let mut connection = acceptor.accept(stream).await.expect("a connection");
    let sessions = SessionAcceptor::new();
    while let Ok(session) = sessions.accept(&mut connection).await {
        tokio::spawn(links(session, queues.clone()));
    }
}

async fn links(mut session: ListenerSessionHandle, queues: Queues) {
    let acceptor = LinkAcceptor::new();
    // The client ends its session if a link ends.
    let mut idle = Vec::new();
    while let Ok(link) = acceptor.accept(&mut session).await {
        match link {
            LinkEndpoint::Sender(sender) => {
                let source = sender.source().as_ref();
                let address = source.and_then(|source| source.address.clone());
                let name = address.unwrap_or_default();
                match queues.with(&name, |queue| queue.waiting.take()) {
                    Some(waiting) => {
                        tokio::spawn(deliver(sender, waiting, queues.messages(&name)));
                    }
                    None => idle.push(sender),
                }
            }
            LinkEndpoint::Receiver(receiver) => {
                let target = format!("{:?}", receiver.target());
                let name = address_in(&target);
                let answers = name == "$cbs";
                tokio::spawn(store(receiver, queues.messages(&name), answers));
            }
        }
    }
}

/// Returns the address of a target, whose type is generic.
fn address_in(target: &str) -> String {
    let address = target.split("address: Some(\"").nth(1);
    let address = address.and_then(|rest| rest.split('"').next());
    address.unwrap_or_default().to_owned()
}

/// Stores what a client sends; answers requests for tokens.
async fn store(mut receiver: Receiver, messages: UnboundedSender<Stored>, answers: bool) {
    while let Ok(delivery) = receiver.recv::<Body<Value>>().await {
        receiver.accept(&delivery).await.expect("accepted");
        let message = delivery.into_message();
        let message = if answers { accepted(&message) } else { message };
        messages.send(message).expect("a queue");
    }
}

fn accepted(request: &Stored) -> Stored {
    let id = request.properties.as_ref();
    let status = ApplicationProperties::builder()
        .insert("status-code", 202_i32)
        .build();
    let properties = Properties {
        correlation_id: id.and_then(|properties| properties.message_id.clone()),
        ..Properties::default()
    };
    Message {
        properties: Some(properties),
        application_properties: Some(status),
        ..empty(Body::Value(AmqpValue(Value::Null)))
    }
}

/// Returns a message with nothing but its body.
pub(crate) fn empty(body: Body<Value>) -> Stored {
    Message {
        header: None,
        delivery_annotations: None,
        message_annotations: None,
        properties: None,
        application_properties: None,
        body,
        footer: None,
    }
}

/// Delivers what is stored, and stores again what the client abandons.
async fn deliver(
    mut sender: Sender,
    mut waiting: UnboundedReceiver<Stored>,
    again: UnboundedSender<Stored>,
) {
    let mut number = 0_u8;
    while let Some(mut message) = waiting.recv().await {
        number += 1;
        let lock = Value::Uuid([number; 16].into());
        let locks = DeliveryAnnotations::builder().insert("x-opt-lock-token", lock);
        message.delivery_annotations = Some(locks.build());
        let enqueued = Value::Timestamp(Timestamp::from_milliseconds(ENQUEUED));
        let annotations = MessageAnnotations::builder().insert("x-opt-enqueued-time", enqueued);
        message.message_annotations = Some(annotations.build());
        message.header.get_or_insert_with(Header::default);
        let Ok(settled) = sender.send_batchable(message.clone()).await else {
            return;
        };
        let again = again.clone();
        tokio::spawn(async move {
            if let Ok(Outcome::Modified(_)) = settled.await {
                if let Some(header) = &mut message.header {
                    header.delivery_count += 1;
                }
                let _ = again.send(message);
            }
        });
    }
}

/// Returns application properties of texts.
pub(crate) fn properties(fields: &[(&str, &str)]) -> ApplicationProperties {
    let mut properties = ApplicationProperties::default();
    for (name, value) in fields {
        let value = SimpleValue::String((*value).to_owned());
        properties.0.insert((*name).to_owned(), value);
    }
    properties
}
