use linked_span::linked_span;

struct Record;

/// One handler for each client.
macro_rules! handlers {
    ($($handler:ident: $client:ident;)*) => { $(
        #[linked_span(record($client))]
        fn $handler(record: &Record) {}
    )* };
}
handlers! {
    of_amqprs: amqprs;
    of_rskafka: rskafka;
    of_krafka: krafka;
    of_fe2o3_amqp: fe2o3_amqp;
    of_azservicebus: azservicebus;
    of_pulsar: pulsar;
}

fn main() {
    of_amqprs(&Record);
    of_rskafka(&Record);
    of_krafka(&Record);
    of_fe2o3_amqp(&Record);
    of_azservicebus(&Record);
    of_pulsar(&Record);
    // The headers of `rskafka` are a map of the standard library.
    let _ = linked_span::messaging::amqprs::headers!();
    let _ = linked_span::messaging::krafka::headers!();
    let _ = linked_span::messaging::fe2o3_amqp::headers!();
    let _ = linked_span::messaging::azservicebus::headers!();
    let _ = linked_span::messaging::pulsar::headers!();
}
