// Messages without a broker.

use linked_span_tests_brokers_common::linked;

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

fn properties(fields: &[(&str, &str)]) -> ApplicationProperties {
    let mut properties = ApplicationProperties::default();
    for (name, value) in fields {
        let value = SimpleValue::String((*value).to_owned());
        properties.0.insert((*name).to_owned(), value);
    }
    properties
}

fn message(application_properties: ApplicationProperties) -> Message<String> {
    Message {
        header: None,
        delivery_annotations: None,
        message_annotations: None,
        properties: None,
        application_properties: Some(application_properties),
        body: "paid".to_owned(),
        footer: None,
    }
}
