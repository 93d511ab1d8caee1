use linked_span::linked_span;

struct Record;

#[linked_span(record(rdkafka))]
fn on_record(record: &Record) {}

#[linked_span(record(async_nats))]
fn on_message(record: &Record) {}

#[linked_span(record(async_nats::jetstream))]
fn on_kept(record: &Record) {}

#[linked_span(record(lapin))]
fn on_delivery(record: &Record) {}

#[linked_span(record(aws_sdk_sqs))]
fn on_sqs(record: &Record) {}

#[linked_span(record(redis))]
fn on_entry(record: &Record) {}

#[linked_span(record(rumqttc))]
fn on_publish(record: &Record) {}

#[linked_span(record(google_cloud_pubsub))]
fn on_pubsub(record: &Record) {}

#[linked_span(record(cloudevents))]
fn on_event(record: &Record) {}

#[linked_span(record(rdkafka, client = crate::kafka))]
fn elsewhere(record: &Record) {}

fn main() {
    on_record(&Record);
    on_message(&Record);
    on_kept(&Record);
    on_delivery(&Record);
    on_sqs(&Record);
    on_entry(&Record);
    on_publish(&Record);
    on_pubsub(&Record);
    on_event(&Record);
    elsewhere(&Record);
}
