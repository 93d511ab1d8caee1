//! JSON objects as carriers.

use serde_json::{Map, Value};

use super::{Carrier, CarrierMut};
use crate::Origin;

/// Reads the string entries of an object. Any other value has no origin.
impl Carrier for Value {
    fn origin(&self) -> Origin {
        self.as_object().map(Carrier::origin).unwrap_or_default()
    }

    fn linked_span_reads_a_part(&self) -> bool {
        true
    }
}

impl Carrier for Map<String, Value> {
    fn origin(&self) -> Origin {
        Origin::from_carrier(
            self.iter()
                .filter_map(|(name, value)| Some((name, value.as_str()?))),
        )
    }

    fn linked_span_reads_a_part(&self) -> bool {
        true
    }
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
