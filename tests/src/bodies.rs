//! Checks whether the body of each handler ran inside the handler's span.

use opentelemetry::trace::get_active_span;

use crate::Sdk;

const BODY: &str = "body";

/// Records on the active span, unless it has ended, that a body runs in it.
pub fn here() {
    get_active_span(|span| span.add_event(BODY, Vec::new()));
}

/// The same as [`here`] for a body that is an expression.
pub fn here_and<T>(value: T) -> T {
    here();
    value
}

impl Sdk {
    /// Asserts the number of ended spans, and that one body called [`here`] in each of them.
    ///
    /// # Panics
    ///
    /// If a span is missing, or a body ran outside its span.
    pub fn assert_each_body_ran_inside(&self, spans: usize) {
        let ended = self.spans();
        for span in &ended {
            let bodies = span.events.iter().filter(|event| event.name == BODY);
            assert_eq!(bodies.count(), 1, "bodies inside of {span:#?}");
        }
        assert_eq!(ended.len(), spans, "{ended:#?}");
    }
}
