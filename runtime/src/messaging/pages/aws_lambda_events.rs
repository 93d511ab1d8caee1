use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use linked_span::linked_span;
use linked_span::messaging::Message;
use linked_span::messaging::aws_sdk_sqs::origin;

fn describe(message: &SqsMessage) -> Message<'_> {
    let attributes = message.message_attributes.iter();
    let attributes =
        attributes.filter_map(|(name, value)| Some((name, value.string_value.as_ref()?)));
    let body = message.body.as_deref();
    let system = |name: &str| message.attributes.get(name).map(String::as_str);
    let count = system("ApproximateReceiveCount").and_then(|count| count.parse::<i64>().ok());
    // The queue's ARN ends with its name.
    let queue = message.event_source_arn.as_deref().unwrap_or_default();
    Message::new("aws_sqs")
        .destination(queue.rsplit(':').next().unwrap_or_default())
        .message_id(message.message_id.as_deref().unwrap_or_default())
        .body_size(body.map_or(0, str::len))
        .delivery_count(count.unwrap_or(-1))
        .produced_at(origin(attributes, body, system("AWSTraceHeader")))
}

// One message of the batch: the span "process orders", linked to the producer.
#[linked_span(message(view = describe))]
async fn on_order(message: &SqsMessage) -> Result<(), serde_json::Error> {
    let body = message.body.as_deref().unwrap_or_default();
    let order: serde_json::Value = serde_json::from_str(body)?;
    println!("{order}");
    Ok(())
}

// The function of Lambda. `ReportBatchItemFailures` must be switched on in its event source mapping.
async fn on_event(event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in &event.records {
        if on_order(message).await.is_err() {
            response.add_failure(message.message_id.clone().unwrap_or_default());
        }
    }
    response
}
