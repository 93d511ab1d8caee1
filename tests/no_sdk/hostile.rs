//! The cases of `tests/behaviour/hostile_values.rs` without an SDK.

use std::fmt::{self, Display};

use linked_span::{AttributeValue, Carrier, CarrierMut, Origin, extract, inject, linked_span};
use linked_span_tests::{active, producer};
use opentelemetry::{Context, Value};

#[derive(Debug, PartialEq)]
struct Broken;

impl Display for Broken {
    fn fmt(&self, _formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("as it should")
    }
}

impl AttributeValue for Broken {
    fn to_value(&self) -> Option<Value> {
        panic!("as it should")
    }
}

impl Carrier for Broken {
    fn origin(&self) -> Origin {
        panic!("as it should")
    }
}

impl CarrierMut for Broken {
    fn set(&mut self, _name: &str, _value: String) {
        panic!("as it should")
    }

    fn remove(&mut self, _name: &str) {
        panic!("as it should")
    }
}

#[linked_span(event, name = format!("{Broken}"), attributes(value = Broken))]
fn fails(event: &Origin) -> Result<(), Broken> {
    linked_span::set_attribute("value", Broken);
    inject(&mut Broken);
    assert_eq!(extract(&Broken), Origin::default());
    Err(Broken)
}

#[test]
fn hostile_values_leave_the_result_as_it_is() {
    assert_eq!(fails(&Origin::default()), Err(Broken));
    let _guard = active(producer(1)).attach();
    assert_eq!(fails(&Origin::default()), Err(Broken));
    assert_eq!(
        Context::map_current(|_| fails(&Origin::default())),
        Err(Broken)
    );
}
