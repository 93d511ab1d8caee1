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

#[linked_span(record(rdkafka, client = crate::kafka))]
fn elsewhere(record: &Record) {}

fn main() {
    on_record(&Record);
    on_message(&Record);
    on_kept(&Record);
    on_delivery(&Record);
    elsewhere(&Record);
}
