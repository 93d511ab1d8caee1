use linked_span::linked_span;

#[path = "../clients.rs"]
mod clients;

struct Order;

#[linked_span(order(aws_sdk_sqs, client = clients::aws_sdk_sqs))]
fn of_sqs(order: &Order) {}

#[linked_span(order(redis, client = clients::redis))]
fn of_redis(order: &Order) {}

#[linked_span(order(rumqttc, client = clients::rumqttc))]
fn of_mqtt(order: &Order) {}

#[linked_span(publish(rumqttc, client = clients::rumqttc))]
fn of_mqtt_3(publish: &clients::rumqttc::Publish) {}

#[linked_span(order(google_cloud_pubsub, client = clients::google_cloud_pubsub))]
fn of_pubsub(order: &Order) {}

#[linked_span(order(cloudevents, client = clients::cloudevents))]
fn of_cloudevents(order: &Order) {}

#[linked_span(reply(redis, client = clients::redis))]
fn whole_reply(reply: &clients::redis::streams::StreamReadReply) {}

fn main() {}
