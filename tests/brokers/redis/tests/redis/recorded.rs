// Entries of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(entry(redis, client = client), name = name.to_owned())]
    fn on_entry(entry: &StreamId, name: &str) -> Option<String> {
        tenant()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn recorded_entry_of_each_language_is_linked_to_its_producer() {
        install();
        let mut connection = connect().await;
        let messages = recorded(include_str!("../../../recorded/redis"));
        assert_eq!(messages.len(), 2);
        for (message, number) in messages.iter().zip(0..) {
            let stream = stream(&format!("recorded-{number}"));
            create(&mut connection, &stream).await;
            let fields = message.headers.iter();
            let fields = fields.map(|(name, value)| ((*name).to_owned(), value.expect("a value").into()));
            add(&mut connection, &stream, &fields.collect::<Vec<_>>()).await;
            let tenant = on_entry(&read(&mut connection, &stream).await[0], &stream);
            assert_recorded(&span(&stream), message, tenant.as_deref());
        }
    }
}
