use linked_span::linked_span;

struct Record;

#[linked_span(record(kafka))]
fn of_a_system(record: &Record) {}

#[linked_span(record(rabbitmq, destination = "orders"))]
fn of_another_system(record: &Record) {}

#[linked_span(record(nats::jetstream))]
fn of_a_module(record: &Record) {}

#[linked_span(record(rumqttc::v5))]
fn of_a_version(record: &Record) {}

#[linked_span(record(rdkfka))]
fn misspelt(record: &Record) {}

#[linked_span(record(zeromq))]
fn without_an_adapter(record: &Record) {}

#[linked_span(record(aws-sdk-sqs, destination = "orders"))]
fn hyphens(record: &Record) {}

#[linked_span(record(async-nats::jetstream))]
fn hyphens_and_a_module(record: &Record) {}

fn main() {
    of_a_system(&Record);
    of_another_system(&Record);
    of_a_module(&Record);
    of_a_version(&Record);
    misspelt(&Record);
    without_an_adapter(&Record);
}
