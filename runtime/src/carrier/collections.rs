//! Carriers of the standard library: maps, and lists of pairs.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::{Carrier, CarrierMut};
use crate::Origin;
use crate::origin::SharedBaggage;
use crate::propagation::{self, Propagation};

impl<N: AsRef<str>, V: AsRef<[u8]>, S> Carrier for HashMap<N, V, S> {
    fn origin(&self) -> Origin {
        Origin::from_fields(self)
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        propagation::baggage_in(propagation, self.iter())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Carrier for BTreeMap<N, V> {
    fn origin(&self) -> Origin {
        Origin::from_fields(self)
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        propagation::baggage_in(propagation, self.iter())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Carrier for [(N, V)] {
    fn origin(&self) -> Origin {
        Origin::from_fields(self.iter().map(|(name, value)| (name, value)))
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        propagation::baggage_in(propagation, self.iter().map(|(name, value)| (name, value)))
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LENGTH: usize> Carrier for [(N, V); LENGTH] {
    fn origin(&self) -> Origin {
        self.as_slice().origin()
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        self.as_slice().linked_span_baggage(propagation)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Carrier for Vec<(N, V)> {
    fn origin(&self) -> Origin {
        self.as_slice().origin()
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        self.as_slice().linked_span_baggage(propagation)
    }
}

impl<N, V, S> CarrierMut for HashMap<N, V, S>
where
    N: AsRef<str> + From<String> + Eq + Hash,
    V: From<String>,
    S: BuildHasher,
{
    fn set(&mut self, name: &str, value: String) {
        CarrierMut::remove(self, name);
        self.insert(name.to_owned().into(), value.into());
    }

    fn remove(&mut self, name: &str) {
        self.retain(|known, _| !known.as_ref().eq_ignore_ascii_case(name));
    }
}

impl<N, V> CarrierMut for BTreeMap<N, V>
where
    N: AsRef<str> + From<String> + Ord,
    V: From<String>,
{
    fn set(&mut self, name: &str, value: String) {
        CarrierMut::remove(self, name);
        self.insert(name.to_owned().into(), value.into());
    }

    fn remove(&mut self, name: &str) {
        self.retain(|known, _| !known.as_ref().eq_ignore_ascii_case(name));
    }
}

impl<N, V> CarrierMut for Vec<(N, V)>
where
    N: AsRef<str> + From<String>,
    V: From<String>,
{
    fn set(&mut self, name: &str, value: String) {
        CarrierMut::remove(self, name);
        self.push((name.to_owned().into(), value.into()));
    }

    fn remove(&mut self, name: &str) {
        self.retain(|known| !known.0.as_ref().eq_ignore_ascii_case(name));
    }
}
