//! The parameters that an adapter reads: one message or a batch, by the type.

use super::adapted::{Adapted, Many, One};
use super::reads::{ReadsMany, ReadsOne};
use crate::event::given::Given;

/// Marks a parameter that an adapter reads: one message or a batch, by the type.
///
/// `Shape` distinguishes the implementations; rustc always infers it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a message of this client nor a batch of them",
    label = "the adapter `{A}` cannot read this",
    note = "pass one message or a batch of messages, not a `Result` or the client's whole reply: for example `output.messages()` or `&stream.ids`",
    note = "a batch is a slice, array, `Vec` or `VecDeque` of messages",
    note = "for a message of another client, name that client, or write `view = path::to::function`, a `fn(&M) -> linked_span::messaging::Message<'_>`",
    note = "a client under another name, or in another version, is `message(rdkafka, client = path::to::rdkafka)`",
    note = "with `async_nats`: a message from a stream is `message(async_nats::jetstream)`",
    note = "with `rumqttc`: a message of MQTT 3 has no place for a context; connect with the client in `rumqttc::v5`"
)]
pub trait Reads<A, Shape> {
    /// The parameter as an event or as a batch. A type without an implementation causes no further errors.
    type Adapted<'a>
    where
        Self: 'a,
        A: 'a;

    /// Adapts the parameter.
    fn adapted<'a>(&'a self, adapter: &'a A, given: Given<'a>) -> Self::Adapted<'a>;
}

#[diagnostic::do_not_recommend]
impl<A, T: ReadsOne<A, Shape> + ?Sized, Shape> Reads<A, One<Shape>> for T {
    type Adapted<'a>
        = Adapted<'a, A, T, One<Shape>>
    where
        Self: 'a,
        A: 'a;

    fn adapted<'a>(&'a self, adapter: &'a A, given: Given<'a>) -> Self::Adapted<'a> {
        Adapted::new(adapter, self, given)
    }
}

#[diagnostic::do_not_recommend]
impl<A, T: ReadsMany<A, Shape> + ?Sized, Shape> Reads<A, Many<Shape>> for T {
    type Adapted<'a>
        = Adapted<'a, A, T, Many<Shape>>
    where
        Self: 'a,
        A: 'a;

    fn adapted<'a>(&'a self, adapter: &'a A, given: Given<'a>) -> Self::Adapted<'a> {
        Adapted::new(adapter, self, given)
    }
}

/// Reads a parameter by an adapter.
#[doc(hidden)]
pub fn adapted<'a, A, T, Shape>(adapter: &'a A, parameter: &'a T) -> T::Adapted<'a>
where
    T: Reads<A, Shape> + ?Sized,
{
    parameter.adapted(adapter, Given::default())
}

/// Reads a parameter by an adapter, with options of the attribute.
#[doc(hidden)]
pub fn adapted_with<'a, A, T, Shape>(
    adapter: &'a A,
    parameter: &'a T,
    given: Given<'a>,
) -> T::Adapted<'a>
where
    T: Reads<A, Shape> + ?Sized,
{
    parameter.adapted(adapter, given)
}
