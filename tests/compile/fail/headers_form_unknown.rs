use linked_span::messaging::{
    async_nats, aws_sdk_sqs, cloudevents, google_cloud_pubsub, lapin, rdkafka, redis, rumqttc,
};

fn main() {
    let headers = ();
    let _ = rdkafka::headers!(headers);
    let _ = async_nats::headers!(replaced headers);
    let _ = lapin::headers!(client = self::lapin, headers);
    let _ = aws_sdk_sqs::headers!(headers);
    let _ = redis::headers!(client = self::redis, headers);
    let _ = rumqttc::headers!(from headers);
    let _ = google_cloud_pubsub::headers!(headers);
    let _ = cloudevents::extended!(replacing headers);
}
