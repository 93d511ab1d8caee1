//! JSON objects as carriers.

use serde_json::{Map, Value};

use super::{Carrier, CarrierMut};
use crate::Origin;
use crate::origin::SharedBaggage;
use crate::propagation::{self, Propagation};

/// Reads the string entries of an object. Any other value has no origin.
impl Carrier for Value {
    fn origin(&self) -> Origin {
        self.as_object().map(Carrier::origin).unwrap_or_default()
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        self.as_object()?.linked_span_baggage(propagation)
    }
}

impl Carrier for Map<String, Value> {
    fn origin(&self) -> Origin {
        Origin::from_fields(texts(self))
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        propagation::baggage_in(propagation, texts(self))
    }
}

fn texts(object: &Map<String, Value>) -> impl Iterator<Item = (&String, &str)> {
    let entries = object.iter();
    entries.filter_map(|(name, value)| Some((name, value.as_str()?)))
}

impl CarrierMut for Map<String, Value> {
    fn set(&mut self, name: &str, value: String) {
        CarrierMut::remove(self, name);
        self.insert(name.to_owned(), value.into());
    }

    fn remove(&mut self, name: &str) {
        self.retain(|known, _| !known.eq_ignore_ascii_case(name));
    }
}
