//! Batches of events.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use crate::LinkedEvent;
use crate::message::Message;

/// Iterates over the events of a batch; the handler's span links to each.
///
/// ```
/// use linked_span::{Events, LinkedEvent, Origin, linked_span};
///
/// #[derive(LinkedEvent)]
/// struct Record { metadata: Origin }
///
/// struct Poll { records: Vec<Record>, watermark: u64 }
///
/// impl Events for Poll {
///     fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
///         self.records.iter()
///     }
/// }
///
/// #[linked_span(poll)]
/// fn store(poll: &Poll) {
///     // …
/// }
/// ```
///
/// Implemented for slices, arrays, `Vec`s and `VecDeque`s of [`LinkedEvent`]s, and for pointers to batches. An `Option` of a
/// batch is a batch too; `None` is empty. The type of a parameter decides whether it is one event or a batch.
///
/// The events of a batch may have different baggage, so none of it is active in the handler. Read it from
/// [`LinkedEvent::origin`] of each event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a batch of `LinkedEvent`s",
    note = "implement `linked_span::Events` for it, or name a parameter that is a slice, a `Vec` or a `VecDeque` of events"
)]
pub trait Events {
    /// Iterates over the events, in the order of their links.
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent>;

    /// What is known of the batch without its events, if these are messages of a broker.
    #[doc(hidden)]
    fn linked_span_batch(&self) -> Option<Message<'_>> {
        None
    }
}

/// A batch of messages is told by the first.
fn batch_of<E: LinkedEvent>(first: Option<&E>) -> Option<Message<'_>> {
    let message = first?.linked_span_message()?;
    Some(Message::new(message.system().clone()))
}

impl<E: LinkedEvent> Events for [E] {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        self.iter()
    }
    fn linked_span_batch(&self) -> Option<Message<'_>> {
        batch_of(self.first())
    }
}

impl<E: LinkedEvent, const LENGTH: usize> Events for [E; LENGTH] {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        self.iter()
    }
    fn linked_span_batch(&self) -> Option<Message<'_>> {
        batch_of(self.first())
    }
}

impl<E: LinkedEvent> Events for Vec<E> {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        self.iter()
    }
    fn linked_span_batch(&self) -> Option<Message<'_>> {
        batch_of(self.first())
    }
}

impl<E: LinkedEvent> Events for VecDeque<E> {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        self.iter()
    }
    fn linked_span_batch(&self) -> Option<Message<'_>> {
        batch_of(self.front())
    }
}

impl<B: Events> Events for Option<B> {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        self.iter().flat_map(B::events)
    }
    fn linked_span_batch(&self) -> Option<Message<'_>> {
        self.as_ref().and_then(B::linked_span_batch)
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<B: Events + ?Sized> Events for $pointer {
            fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
                (**self).events()
            }
            fn linked_span_batch(&self) -> Option<Message<'_>> {
                (**self).linked_span_batch()
            }
        }
    )* };
}
pointers!(&B &mut B Box<B> Rc<B> Arc<B>);
