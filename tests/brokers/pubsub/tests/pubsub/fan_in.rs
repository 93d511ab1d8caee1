//! A function that waits for messages of two subscriptions.

use std::time::Duration;

use google_cloud_pubsub::model::Message;
use linked_span::fan_in;
use linked_span::fan_in::{Arrival, JoinOptions, Memory};
use linked_span::messaging::Received;
use linked_span::messaging::google_cloud_pubsub::describe;
use linked_span_tests_brokers_common::{Inventory, assert_input, install, joined};

use crate::{ONE, TWO, message};

#[fan_in(
    payment(google_cloud_pubsub, destination = "payments", key = payment.ordering_key.clone()),
    inventory,
)]
async fn fulfill(payment: &Message, inventory: &Received<Inventory>) -> usize {
    payment.data.len() + inventory.payload().0.len()
}

#[tokio::test]
async fn fan_in_of_two_subscriptions_links_to_both_producers() {
    install();
    let payment = message(&[("traceparent", ONE)]).set_ordering_key("order-7");
    let inventory = message(&[("googclient_traceparent", TWO)]);
    let joins = Fulfill::new(
        Memory::default(),
        JoinOptions::timeout(Duration::from_secs(60)),
    );
    let described = describe!(&inventory).destination("inventory");
    let received = Received::new(described, Inventory("order-7".into()));
    let waiting = joins.inventory(received).await.expect("an arrival");
    assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
    let ran = joins.payment(payment).await.expect("an arrival");
    assert!(matches!(ran, Arrival::Ran(11)), "{ran:?}");

    let span = joined("fulfill", "order-7");
    let links = &span.links.links;
    assert_eq!(links.len(), 2);
    for (link, (relationship, destination, digit, more)) in links.iter().zip([
        (
            "payment",
            "payments",
            "1",
            "messaging.gcp_pubsub.message.ordering_key = \"order-7\"",
        ),
        ("inventory", "inventory", "2", ""),
    ]) {
        assert_eq!(link.span_context.span_id().to_string(), digit.repeat(16));
        assert_input(
            link,
            &format!(
                r#"
                link.relationship = "{relationship}"
                messaging.system = "gcp_pubsub"
                messaging.destination.name = "{destination}"
                messaging.message.id = "7"
                messaging.message.body.size = 4
                {more}
                "#
            ),
        );
    }
}
