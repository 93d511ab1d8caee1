//! Whether a parameter is a batch, for options that give one context.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use super::linked::Maybe;
use crate::{Carrier, Events, LinkedEvent};

/// Tells a batch from other parameters by autoref: the implementation with the most references wins.
///
/// A list that is a carrier, an event, or bytes is one event.
pub trait CountedAs {
    /// Either `OneParameter` or `BatchParameter`.
    type Count;

    /// Returns the mark.
    fn linked_span_counted(&self) -> Self::Count;
}

/// Marks a parameter that is no batch, as far as its type tells.
#[derive(Debug)]
pub struct OneParameter;

/// Marks a list of events.
#[derive(Debug)]
pub struct BatchParameter;

macro_rules! counted {
    ($($bound:path => [$($reference:tt)*] $count:ident,)*) => { $(
        impl<E: $bound> CountedAs for $($reference)* Maybe<'_, E> {
            type Count = $count;

            fn linked_span_counted(&self) -> $count {
                $count
            }
        }
    )* };
}
counted! {
    Carrier => [&&&&&] OneParameter,
    LinkedEvent => [&&&&] OneParameter,
    AsRef<[u8]> => [&&&] OneParameter,
    List => [&&] BatchParameter,
    Events => [&] BatchParameter,
    Sized => [] OneParameter,
}

/// Marks lists, and pointers to them.
pub trait List {}

impl<T> List for [T] {}
impl<T, const LENGTH: usize> List for [T; LENGTH] {}
impl<T> List for Vec<T> {}
impl<T> List for VecDeque<T> {}
impl<L: List> List for Option<L> {}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<L: List + ?Sized> List for $pointer {}
    )* };
}
pointers!(&L &mut L Box<L> Rc<L> Arc<L>);

/// Marks a parameter that `origin = …` fits.
#[diagnostic::on_unimplemented(
    message = "`origin` gives one context, and this parameter is a batch",
    label = "one link cannot stand for a batch",
    note = "write `view = path::to::function`, a `fn(&M) -> linked_span::messaging::Message<'_>`, which describes each element with its context",
    note = "or take a list of `linked_span::WithOrigin<_>` or of `linked_span::LinkedEvent`s, and leave `origin` out: the span links to each"
)]
pub trait HasOneOrigin {}

impl HasOneOrigin for OneParameter {}

/// Checks a parameter with `origin = …`.
pub fn one_origin<M: HasOneOrigin>(_: M) {}

/// Marks the value of `view = EXPRESSION` that fits its parameter.
#[diagnostic::on_unimplemented(
    message = "`view` gives one event, and this parameter is a batch",
    label = "one link cannot stand for a batch",
    note = "write `view = path::to::function`, a `fn(&M) -> linked_span::messaging::Message<'_>`, which describes each element",
    note = "or write an expression that is a batch, such as a `Vec` of `linked_span::messaging::Message`s"
)]
pub trait ViewOf<M> {}

#[diagnostic::do_not_recommend]
impl<V: ?Sized> ViewOf<OneParameter> for V {}

#[diagnostic::do_not_recommend]
impl<V: Events + ?Sized> ViewOf<BatchParameter> for V {}

/// Checks the value of `view = EXPRESSION`.
pub fn viewed<M, V: ViewOf<M> + ?Sized>(_: M, view: &V) -> &V {
    view
}
