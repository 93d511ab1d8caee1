//! How long handlers take.

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::KeyValue;

use super::labels::{HandlerLabels, MessagingLabels};
use super::meter;
use crate::support::clock::{self, Instant};
use crate::support::shield::shielded;

/// Whether handlers of messages record `messaging.process.duration`.
static PROCESS_DURATION: AtomicBool = AtomicBool::new(true);

/// Chooses whether handlers of messages record `messaging.process.duration`.
///
/// Give `false` in a program whose client records that metric itself: its messages would be counted twice. Handlers of
/// messages then record `linked_span.handler.duration`, as all others do.
///
/// ```
/// linked_span::metrics::set_process_duration(false);
/// ```
pub fn set_process_duration(recorded: bool) {
    PROCESS_DURATION.store(recorded, Ordering::Relaxed);
}

/// Whether a call that begins now is measured.
#[inline]
pub(crate) fn is_measured(now: Instant) -> bool {
    meter::is_installed(now)
}

/// Records a call that has ended.
#[inline(never)]
pub(crate) fn record(began: Instant, handler: &HandlerLabels, error: Option<&'static str>) {
    let seconds = clock::elapsed(began).as_secs_f64();
    // The provider is the user's code.
    shielded(|| {
        let Some(instruments) = meter::instruments() else {
            return;
        };
        match handler.messaging {
            Some(messaging) if PROCESS_DURATION.load(Ordering::Relaxed) => {
                let pairs = of_messages(&messaging, error);
                instruments
                    .process_duration()
                    .record(seconds, pairs.as_slice());
            }
            _ => {
                let mut pairs = Pairs::new();
                pairs.push("error.type", error);
                pairs.push("linked_span.handler", Some(handler.name));
                instruments
                    .handler_duration()
                    .record(seconds, pairs.as_slice());
            }
        }
    });
}

fn of_messages(messaging: &MessagingLabels, error: Option<&'static str>) -> Pairs {
    let name = match messaging.template {
        Some(_) => None,
        None => messaging.destination,
    };
    let mut pairs = Pairs::new();
    pairs.push("error.type", error);
    pairs.push("messaging.consumer.group.name", messaging.group);
    pairs.push("messaging.destination.name", name);
    pairs.push("messaging.destination.template", messaging.template);
    pairs.push("messaging.operation.name", Some("process"));
    pairs.push("messaging.system", Some(messaging.system));
    pairs
}

/// Attributes without an allocation, pushed in the order of their keys: the SDK finds a series faster that way.
pub(super) struct Pairs {
    pairs: [KeyValue; 6],
    len: usize,
}

impl Pairs {
    pub(super) fn new() -> Self {
        Self {
            pairs: std::array::from_fn(|_| KeyValue::new("", false)),
            len: 0,
        }
    }

    #[inline]
    pub(super) fn push(&mut self, key: &'static str, value: Option<&'static str>) {
        if let (Some(value), Some(place)) = (value, self.pairs.get_mut(self.len)) {
            *place = KeyValue::new(key, value);
            self.len += 1;
        }
    }

    pub(super) fn as_slice(&self) -> &[KeyValue] {
        self.pairs.get(..self.len).unwrap_or_default()
    }
}
