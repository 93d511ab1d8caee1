use linked_span::messaging::{async_nats, lapin, rdkafka};

fn main() {
    let headers = ();
    let _ = rdkafka::headers!(headers);
    let _ = async_nats::headers!(replaced headers);
    let _ = lapin::headers!(client = self::lapin, headers);
}
