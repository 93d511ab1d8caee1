// Functions that wait for entries of two streams.

mod fan_in {
    use std::time::Duration;

    use linked_span::fan_in;
    use linked_span::fan_in::{Arrival, JoinOptions, Memory};
    use linked_span::messaging::Received;
    use linked_span::messaging::redis::describe;
    use linked_span_tests_brokers_common::{Inventory, assert_input, joined, links_to, produced};

    use super::*;

    #[fan_in(
        payment(redis, client = client, destination = "payments", key = payment.get::<String>("order").unwrap_or_default()),
        inventory,
    )]
    async fn fulfill(payment: &StreamId, inventory: &Received<Inventory>) -> usize {
        payment.map.len() + inventory.payload().0.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn fan_in_of_two_streams_links_to_both_producers() {
        let mut connection = connect().await;
        let key = format!("order-{VERSION}");
        let (mut producers, mut entries, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for name in ["payments", "inventory"] {
            let stream = stream(name);
            create(&mut connection, &stream).await;
            let mut fields = vec![("order".to_owned(), key.clone().into_bytes())];
            producers.push(produced(name, |context| fields.extend(fields_of(context))));
            ids.push(add(&mut connection, &stream, &fields).await);
            entries.extend(read(&mut connection, &stream).await);
        }
        let joins = Fulfill::new(Memory::default(), JoinOptions::timeout(Duration::from_secs(60)));
        let inventory = entries.pop().expect("an entry");
        let described = describe!(client = client, &inventory).destination("inventory");
        let received = Received::new(described, Inventory(key.clone()));
        let waiting = joins.inventory(received).await.expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        let ran = joins.payment(entries.pop().expect("an entry")).await.expect("an arrival");
        assert!(matches!(ran, Arrival::Ran(length) if length == 2 + key.len()), "{ran:?}");

        let span = joined("fulfill", &key);
        let links = links_to(&span, &producers);
        for ((link, id), (relationship, destination)) in
            links.iter().zip(&ids).zip([("payment", "payments"), ("inventory", "inventory")])
        {
            assert_input(
                link,
                &format!(
                    r#"
                    link.relationship = "{relationship}"
                    messaging.system = "redis"
                    messaging.destination.name = "{destination}"
                    messaging.message.id = "{id}"
                    "#
                ),
            );
        }
    }
}
