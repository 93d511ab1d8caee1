//! The headers of the crate `http`.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::{Carrier, CarrierMut};
use crate::Origin;

impl Carrier for HeaderMap {
    fn origin(&self) -> Origin {
        Origin::from_fields(self)
    }
}

/// A name or a value that no header can have is not written.
impl CarrierMut for HeaderMap {
    fn set(&mut self, name: &str, value: String) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::try_from(value),
        ) {
            self.insert(name, value);
        }
    }

    fn remove(&mut self, name: &str) {
        HeaderMap::remove(self, name);
    }
}
