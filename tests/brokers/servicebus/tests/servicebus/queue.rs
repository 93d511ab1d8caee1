//! A queue for one test.

use std::time::UNIX_EPOCH;

use azservicebus::authorization::AzureSasCredential;
use azservicebus::core::BasicRetryPolicy;
use azservicebus::{
    ServiceBusClient, ServiceBusClientOptions, ServiceBusMessage, ServiceBusReceiver,
    ServiceBusSender,
};

pub(crate) const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
pub(crate) const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

/// Returns a queue that no other test uses.
pub(crate) fn queue(test: &str) -> String {
    format!("{test}-servicebus")
}

/// A client of a service of its own.
pub(crate) struct Connected {
    client: ServiceBusClient<BasicRetryPolicy>,
    /// The client ends its session if a link ends.
    senders: Vec<ServiceBusSender>,
}

impl Connected {
    pub(crate) async fn new() -> Self {
        let address = crate::service::start().await;
        let now = UNIX_EPOCH.elapsed().expect("a time after 1970");
        let expiry = now.as_secs() + 600;
        let signature = format!("SharedAccessSignature sr=queue&sig=signature&se={expiry}&skn=key");
        let credential = AzureSasCredential::new(signature);
        let client = ServiceBusClient::unsecured();
        let options = ServiceBusClientOptions::default();
        let client = client
            .new_from_sas_credential(address, credential, options)
            .await;
        Self {
            client: client.expect("a client"),
            senders: Vec::new(),
        }
    }

    pub(crate) async fn send(&mut self, queue: &str, message: ServiceBusMessage) {
        let sender = self.client.create_sender(queue, Default::default()).await;
        let mut sender: ServiceBusSender = sender.expect("a sender");
        sender.send_message(message).await.expect("sent");
        self.senders.push(sender);
    }

    pub(crate) async fn receiver(&mut self, queue: &str) -> ServiceBusReceiver {
        let receiver = self
            .client
            .create_receiver_for_queue(queue, Default::default());
        receiver.await.expect("a receiver")
    }
}
