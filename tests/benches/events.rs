//! The handled events, which all differ.

use std::collections::HashMap;

use linked_span::LinkedEvent;

use crate::rows::{LARGE, Producers};

/// The size of the largest batch. The same event returns only after all the others.
pub(crate) const EVENTS: usize = 4_096;

#[derive(LinkedEvent)]
pub(crate) struct Event {
    pub(crate) id: String,
    #[event(type)]
    pub(crate) kind: String,
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
}

pub(crate) fn events(with_state: bool) -> Vec<Event> {
    (1..=EVENTS)
        .map(|number| event(number, with_state))
        .collect()
}

/// Returns the events of a large batch.
pub(crate) fn large_batch(producers: Producers) -> Vec<Event> {
    let event = |number| match producers {
        Producers::Many => event(number, true),
        Producers::One => Event {
            id: format!("event-{number:04}"),
            ..event(1, true)
        },
        Producers::OneOfEqualEvents => event(1, true),
    };
    (1..=LARGE).map(event).collect()
}

fn event(number: usize, with_state: bool) -> Event {
    // Odd factors spread the numbers, and repeat none.
    let (trace_id, span_id) = (
        (number as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
        (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15),
    );
    let mut metadata = HashMap::from([(
        "traceparent".to_owned(),
        format!("00-{trace_id:032x}-{span_id:016x}-01"),
    )]);
    if with_state {
        metadata.insert("tracestate".to_owned(), format!("vendor=state-{number:04}"));
    }
    Event {
        id: format!("event-{number:04}"),
        kind: format!("order.created.{}", number % 7),
        metadata,
        topic: "orders".to_owned(),
        partition: 3,
        offset: i64::try_from(number).unwrap_or(i64::MAX),
    }
}
