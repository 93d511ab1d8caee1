// The spelling of older clients of Azure.

mod azure {
    use linked_span::linked_span;
    use linked_span::messaging::fe2o3_amqp::headers;
    use linked_span_tests_brokers_common::{install, produced, span};

    use super::*;

    #[linked_span(message(fe2o3_amqp, client = client), name = format!("{test} {VERSION}"))]
    fn on_message(message: &Message<String>, test: &'static str) {}

    #[track_caller]
    fn linked_by(test: &'static str, fields: &[(&str, &str)]) -> Vec<String> {
        install();
        on_message(&message(properties(fields)), test);
        linked(&span(&format!("{test} {VERSION}")))
    }

    #[test]
    fn diagnostic_id_is_read_without_a_traceparent() {
        assert_eq!(linked_by("azure-alone", &[("Diagnostic-Id", ONE)]), ["1"]);
        let broken = [("traceparent", "broken"), ("Diagnostic-Id", ONE)];
        assert_eq!(linked_by("azure-broken", &broken), ["1"]);
    }

    #[test]
    fn traceparent_wins_over_diagnostic_id() {
        let both = [("Diagnostic-Id", ONE), ("traceparent", TWO)];
        assert_eq!(linked_by("azure-both", &both), ["2"]);
    }

    #[test]
    fn hierarchical_diagnostic_id_is_no_context() {
        assert!(linked_by("azure-old", &[("Diagnostic-Id", "|7f3a.1.")]).is_empty());
    }

    #[test]
    fn diagnostic_id_of_an_earlier_hop_is_replaced() {
        let earlier = properties(&[("app", "1"), ("Diagnostic-Id", ONE)]);
        let mut forwarded = ApplicationProperties::default();
        let producer = produced("forward", |_| {
            forwarded = headers!(client = client, replacing earlier);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        let context = format!("00-{trace}-{span}-01");
        assert_eq!(forwarded, properties(&[("app", "1"), ("traceparent", &context)]));
    }

    #[test]
    fn diagnostic_id_stays_without_an_active_span() {
        let earlier = properties(&[("Diagnostic-Id", ONE)]);
        assert_eq!(headers!(client = client, replacing &earlier), earlier);
        let baggage = linked_span::extract(&[("baggage", "tenant=acme")]);
        let forwarded = headers!(client = client, replacing &earlier, of baggage);
        assert_eq!(forwarded, properties(&[("Diagnostic-Id", ONE), ("baggage", "tenant=acme")]));
    }
}
