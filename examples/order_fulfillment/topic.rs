//! Topics of JSON messages, inside this process instead of a broker.

use linked_span_examples::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

#[derive(Clone)]
pub(crate) struct Topic(Sender<String>);

pub(crate) struct Subscription(Receiver<String>);

impl Topic {
    pub(crate) fn new() -> Self {
        Self(Sender::new(16))
    }

    pub(crate) fn publish(&self, event: &impl Serialize) -> Result<(), Failure> {
        self.0.send(serde_json::to_string(event)?)?;
        Ok(())
    }

    pub(crate) fn subscribe(&self) -> Subscription {
        Subscription(self.0.subscribe())
    }
}

impl Subscription {
    /// Returns the next event, or `None` after the last publisher was dropped.
    pub(crate) async fn next<E: DeserializeOwned>(&mut self) -> Result<Option<E>, Failure> {
        match self.0.recv().await {
            Ok(message) => Ok(Some(serde_json::from_str(&message)?)),
            Err(RecvError::Closed) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
