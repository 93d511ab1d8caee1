// Functions that wait for messages of two topics.

mod fan_in {
    use std::borrow::Cow;
    use std::time::Duration;

    use linked_span::fan_in::{Arrival, JoinOptions, Memory};
    use linked_span::messaging::Received;
    use linked_span::messaging::rumqttc::describe;
    use linked_span::{Keyed, fan_in};
    use linked_span_tests_brokers_common::{assert_input, install, joined};

    use super::*;

    #[derive(Debug)]
    struct Alarm(String);

    impl Keyed for Alarm {
        fn key(&self) -> Cow<'_, str> {
            self.0.as_str().into()
        }
    }

    #[fan_in(
        state(rumqttc, client = client, template = "devices/{id}/state", key = VERSION.to_owned()),
        alarm,
    )]
    async fn report(state: &Publish, alarm: &Received<Alarm>) -> usize {
        state.payload.len() + alarm.payload().0.len()
    }

    #[tokio::test]
    async fn fan_in_of_two_topics_links_to_both_producers() {
        install();
        let context = |digit: &str| format!("00-{}-{}-01", digit.repeat(32), digit.repeat(16));
        let state = message("devices/17/state", &[("traceparent", &context("1"))]);
        let alarm = message("devices/17/alarm", &[("traceparent", &context("2"))]);
        let joins = Report::new(Memory::default(), JoinOptions::timeout(Duration::from_secs(60)));
        let described = describe!(client = client, &alarm).template("devices/{id}/alarm");
        let received = Received::new(described, Alarm(VERSION.to_owned()));
        let waiting = joins.alarm(received).await.expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        let ran = joins.state(state).await.expect("an arrival");
        assert!(matches!(ran, Arrival::Ran(length) if length == 4 + VERSION.len()), "{ran:?}");

        let span = joined("report", VERSION);
        let links = &span.links.links;
        assert_eq!(links.len(), 2);
        for (link, (relationship, digit)) in links.iter().zip([("state", "1"), ("alarm", "2")]) {
            assert_eq!(link.span_context.span_id().to_string(), digit.repeat(16));
            assert_input(
                link,
                &format!(
                    r#"
                    link.relationship = "{relationship}"
                    messaging.system = "mqtt"
                    messaging.destination.name = "devices/17/{relationship}"
                    messaging.destination.template = "devices/{{id}}/{relationship}"
                    messaging.message.body.size = 4
                    "#
                ),
            );
        }
    }
}
