//! `http::HeaderMap` as a carrier.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::{Carrier, CarrierMut};
use crate::Origin;
use crate::origin::SharedBaggage;
use crate::propagation::{self, Propagation};

impl Carrier for HeaderMap {
    fn origin(&self) -> Origin {
        Origin::from_fields(self)
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        propagation::baggage_in(propagation, self.iter())
    }
}

/// Skips names and values that are invalid in a header, and headers beyond the capacity of the map.
impl CarrierMut for HeaderMap {
    fn set(&mut self, name: &str, value: String) {
        // Remove first: if the new value is invalid, the old one must not remain either.
        CarrierMut::remove(self, name);
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::try_from(value),
        ) {
            let _ = self.try_insert(name, value);
        }
    }

    fn remove(&mut self, name: &str) {
        HeaderMap::remove(self, name);
    }
}
