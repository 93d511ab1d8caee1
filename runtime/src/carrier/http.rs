//! The headers of the crate `http`.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::{Carrier, CarrierMut};
use crate::Origin;

impl Carrier for HeaderMap {
    fn origin(&self) -> Origin {
        Origin::from_carrier(self)
    }
}

/// A name or a value that no header can have is not written, nor is one header more than a map can hold.
impl CarrierMut for HeaderMap {
    fn set(&mut self, name: &str, value: String) {
        // Whatever becomes of the new value, the old one is out of date.
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
