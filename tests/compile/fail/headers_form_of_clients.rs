use linked_span::messaging::{amqprs, azservicebus, fe2o3_amqp, krafka, pulsar, rskafka};

fn main() {
    let headers = ();
    let _ = amqprs::headers!(headers);
    let _ = rskafka::headers!(replaced headers);
    let _ = krafka::headers!(client = self::krafka, headers);
    let _ = fe2o3_amqp::headers!(from headers);
    let _ = azservicebus::headers!(&headers);
    let _ = pulsar::headers!(replacing);
    // What is replaced has another type.
    let _ = rskafka::headers!(replacing headers);
}
