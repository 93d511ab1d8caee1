//! The attributes that a join adds to the span of its function.

use std::fmt::Debug;

use opentelemetry::Value;

use crate::Attributes;

/// Provides the attributes of a join to the span of its function.
pub(crate) trait SpanOfJoin: Debug + Send + Sync {
    /// Adds the span's attributes.
    fn add_to_span(&self, attributes: &mut Attributes);

    /// Returns the attribute of the link of an event of this input, if it has one.
    ///
    /// `element` is the place of the event in the input, which may be a list.
    fn of_input(&self, name: &str, element: usize) -> Option<(&'static str, Value)>;
}
