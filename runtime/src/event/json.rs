//! Raw JSON as an event.

use opentelemetry::StringValue;
use serde_json::Value;

use crate::origin::SharedBaggage;
use crate::propagation::Propagation;
use crate::{Carrier, LinkedEvent, Origin};

/// Reads `{"id": …, "type": …, "metadata": {"traceparent": …, "tracestate": …}}`, where every entry is optional. An array
/// is one event without an id, type or origin.
impl LinkedEvent for Value {
    fn origin(&self) -> Origin {
        self.get("metadata")
            .map(Carrier::origin)
            .unwrap_or_default()
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        Carrier::linked_span_baggage(self.get("metadata")?, propagation)
    }

    fn id(&self) -> Option<StringValue> {
        text(self.get("id")?)
    }

    fn event_type(&self) -> Option<StringValue> {
        text(self.get("type")?)
    }
}

fn text(value: &Value) -> Option<StringValue> {
    match value {
        Value::String(text) => Some(std::sync::Arc::<str>::from(text.as_str()).into()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}
