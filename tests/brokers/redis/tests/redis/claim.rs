// Pending entries that are claimed again.

mod claim {
    use client::streams::{StreamAutoClaimOptions, StreamAutoClaimReply, StreamPendingCountReply};
    use linked_span::linked_span;
    use linked_span::messaging::redis::describe;
    use linked_span_tests_brokers_common::{assert_attributes, install, link_to, produced, span, spans};

    use super::*;

    #[linked_span(entry(view = describe!(client = client, entry)
        .destination(stream("claimed"))
        .group("billing")
        .delivery_count(i64::try_from(delivered).unwrap_or(-1))))]
    async fn on_claimed(entry: &StreamId, delivered: usize) {}

    #[tokio::test(flavor = "multi_thread")]
    async fn entry_that_is_claimed_again_is_counted_and_linked_again() {
        let mut connection = connect().await;
        let stream = stream("claimed");
        create(&mut connection, &stream).await;
        let mut fields = vec![("order".to_owned(), b"7".to_vec())];
        let producer = produced("send claimed", |context| fields.extend(fields_of(context)));
        let id = add(&mut connection, &stream, &fields).await;
        let entries = read(&mut connection, &stream).await;
        on_claimed(&entries[0], 1).await;
        for _ in 0..2 {
            let options = StreamAutoClaimOptions::default().count(10);
            let claimed: StreamAutoClaimReply = connection
                .xautoclaim_options(stream.as_str(), "billing", "worker-2", 0, "0-0", options)
                .await
                .expect("claimed");
            let [entry] = claimed.claimed.as_slice() else {
                panic!("one entry: {claimed:?}");
            };
            assert_eq!(entry.id, id);
            let pending: StreamPendingCountReply = connection
                .xpending_count(&stream, "billing", &entry.id, &entry.id, 1)
                .await
                .expect("pending");
            on_claimed(entry, pending.ids[0].times_delivered).await;
        }

        let spans = spans(&format!("process {stream}"));
        assert_eq!(spans.len(), 3);
        for (span, count) in spans.iter().zip(1..) {
            assert_attributes(
                &span.attributes,
                &format!(
                    r#"
                    messaging.system = "redis"
                    messaging.operation.name = "process"
                    messaging.operation.type = "process"
                    messaging.destination.name = "{stream}"
                    messaging.consumer.group.name = "billing"
                    messaging.message.id = "{id}"
                    messaging.redis.message.delivery_count = {count}
                    "#
                ),
            );
            link_to(span, &producer);
        }
    }

    #[linked_span(entry(redis, client = client), name = format!("counted {delivered} {VERSION}"))]
    fn on_counted(entry: &StreamId, delivered: usize) {}

    // `XREADGROUP … CLAIM` returns the number of earlier deliveries. Debian's server is too old for it.
    #[test]
    fn earlier_deliveries_that_the_server_counted_are_recorded_with_this_one() {
        install();
        for (before, count) in [(0, "1"), (2, "3")] {
            on_counted(&entry(&[], Some(before)), before);
            let attributes = span(&format!("counted {before} {VERSION}")).attributes;
            let attributes = linked_span_tests_brokers_common::attributes(&attributes);
            let recorded = attributes.get("messaging.redis.message.delivery_count");
            assert_eq!(recorded.map(String::as_str), Some(count));
        }
    }
}
