//! How long handlers take.

use std::mem::ManuallyDrop;
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
pub(crate) fn record(began: Instant, handler: HandlerLabels, error: Option<&'static str>) {
    let now = clock::now();
    let seconds = clock::between(began, now).as_secs_f64();
    // The provider is the user's code.
    shielded(|| {
        let Some(instruments) = meter::instruments_at(now) else {
            return;
        };
        match handler.messaging {
            Some(messaging) if PROCESS_DURATION.load(Ordering::Relaxed) => {
                let duration = instruments.process_duration();
                of_messages(messaging, error).with(|pairs| duration.record(seconds, pairs));
            }
            _ => {
                let duration = instruments.handler_duration();
                let pairs = Pairs::of([
                    ("error.type", error),
                    ("linked_span.handler", Some(handler.name)),
                ]);
                pairs.with(|pairs| duration.record(seconds, pairs));
            }
        }
    });
}

#[inline]
fn of_messages(messaging: &MessagingLabels, error: Option<&'static str>) -> Pairs<5> {
    let destination = match messaging.template {
        Some(_) => ("messaging.destination.template", messaging.template),
        None => ("messaging.destination.name", messaging.destination),
    };
    Pairs::of([
        ("error.type", error),
        ("messaging.consumer.group.name", messaging.group),
        destination,
        ("messaging.operation.name", Some("process")),
        ("messaging.system", Some(messaging.system)),
    ])
}

/// Attributes without an allocation, in the order of their keys: the SDK finds a series faster that way.
pub(super) struct Pairs<const N: usize> {
    pairs: [KeyValue; N],
    len: usize,
}

impl<const N: usize> Pairs<N> {
    /// Those that have a value.
    #[inline]
    pub(super) fn of(pairs: [(&'static str, Option<&'static str>); N]) -> Self {
        let mut len = 0;
        let mut present = pairs
            .iter()
            .filter_map(|(key, value)| Some((*key, (*value)?)));
        let pairs = std::array::from_fn(|_| match present.next() {
            Some((key, value)) => {
                len += 1;
                KeyValue::new(key, value)
            }
            None => KeyValue::new("", false),
        });
        Self { pairs, len }
    }

    /// Lends them. Constants need no drop, which would take as long as a tenth of the whole.
    #[inline]
    pub(super) fn with(self, record: impl FnOnce(&[KeyValue])) {
        let Self { pairs, len } = self;
        let pairs = ManuallyDrop::new(pairs);
        record(pairs.get(..len).unwrap_or_default());
    }
}
