//! A function that waits for messages of two queues.

use std::time::Duration;

use aws_sdk_sqs::types::Message;
use linked_span::fan_in;
use linked_span::fan_in::{Arrival, JoinOptions, Memory};
use linked_span::messaging::Received;
use linked_span::messaging::aws_sdk_sqs::describe;
use linked_span_tests_brokers_common::{Inventory, assert_input, install, joined};

use crate::server::{ONE, TWO, message};

#[fan_in(
    payment(aws_sdk_sqs, destination = "payments", key = payment.body.clone().unwrap_or_default()),
    inventory,
)]
async fn fulfill(payment: &Message, inventory: &Received<Inventory>) -> usize {
    payment.body().map_or(0, str::len) + inventory.payload().0.len()
}

#[tokio::test]
async fn fan_in_of_two_queues_links_to_both_producers() {
    install();
    let payment = message("order-7", &[("traceparent", ONE)]);
    let inventory = message("order-7", &[("traceparent", TWO)]);
    let joins = Fulfill::new(
        Memory::default(),
        JoinOptions::timeout(Duration::from_secs(60)),
    );
    let described = describe!(&inventory).destination("inventory");
    let received = Received::new(described, Inventory("order-7".into()));
    let waiting = joins.inventory(received).await.expect("an arrival");
    assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
    let ran = joins.payment(payment).await.expect("an arrival");
    assert!(matches!(ran, Arrival::Ran(14)), "{ran:?}");

    let span = joined("fulfill", "order-7");
    let links = &span.links.links;
    assert_eq!(links.len(), 2);
    for (link, (relationship, destination, id)) in links.iter().zip([
        ("payment", "payments", "1111111111111111"),
        ("inventory", "inventory", "2222222222222222"),
    ]) {
        assert_eq!(link.span_context.span_id().to_string(), id);
        assert_input(
            link,
            &format!(
                r#"
                link.relationship = "{relationship}"
                messaging.system = "aws_sqs"
                messaging.destination.name = "{destination}"
                messaging.message.id = "in-memory"
                messaging.message.body.size = 7
                "#
            ),
        );
    }
}
