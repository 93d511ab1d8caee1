// Functions that wait for two events.

mod fan_in {
    use std::time::Duration;

    use linked_span::fan_in;
    use linked_span::fan_in::{Arrival, JoinOptions, Memory};
    use linked_span_tests_brokers_common::{assert_input, install, joined};

    use super::*;

    #[fan_in(
        payment(cloudevents, client = client, destination = "payments", key = VERSION.to_owned()),
        inventory(cloudevents, client = client, destination = "inventory", key = VERSION.to_owned()),
    )]
    async fn fulfill(payment: &Event, inventory: &Event) {}

    #[tokio::test]
    async fn fan_in_of_two_events_links_to_both_producers() {
        install();
        let joins = Fulfill::new(Memory::default(), JoinOptions::timeout(Duration::from_secs(60)));
        let waiting = joins.inventory(event(&[("traceparent", TWO)])).await.expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        let ran = joins.payment(event(&[("traceparent", ONE)])).await.expect("an arrival");
        assert!(matches!(ran, Arrival::Ran(())), "{ran:?}");

        let span = joined("fulfill", VERSION);
        let links = &span.links.links;
        assert_eq!(links.len(), 2);
        for (link, (relationship, destination, digit)) in links
            .iter()
            .zip([("payment", "payments", "1"), ("inventory", "inventory", "2")])
        {
            assert_eq!(link.span_context.span_id().to_string(), digit.repeat(16));
            assert_input(
                link,
                &format!(
                    r#"
                    link.relationship = "{relationship}"
                    messaging.system = "cloudevents"
                    messaging.destination.name = "{destination}"
                    cloudevents.event_id = "7"
                    cloudevents.event_source = "/shop"
                    cloudevents.event_type = "order.created"
                    cloudevents.event_subject = "order-7"
                    cloudevents.event_spec_version = "1.0"
                    "#
                ),
            );
        }
    }
}
