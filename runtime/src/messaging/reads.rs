//! A client's messages in pointers and lists.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use super::Adapter;

/// Marks a message, or a pointer to one.
#[doc(hidden)]
pub trait ReadsOne<A, Shape> {
    /// The type of the client's message.
    type Message: ?Sized;

    /// Returns the message; `None` for an `Option` without one.
    fn one(&self) -> Option<&Self::Message>;
}

/// Marks a list of messages, or a pointer to one.
#[doc(hidden)]
pub trait ReadsMany<A, Shape> {
    /// The type of the client's message.
    type Message: ?Sized;

    /// Returns the number of messages.
    fn count(&self) -> usize;

    /// Returns the message at a place; `None` for an `Option` without one.
    fn at(&self, place: usize) -> Option<&Self::Message>;
}

/// Marks the type itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct Itself;

/// Marks a pointer or an `Option`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Pointer<Shape>(Shape);

/// Marks a list.
#[doc(hidden)]
#[derive(Debug)]
pub struct Each<Shape>(Shape);

#[diagnostic::do_not_recommend]
impl<A: Adapter<M>, M: ?Sized> ReadsOne<A, Itself> for M {
    type Message = M;

    fn one(&self) -> Option<&M> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl<A, T: ReadsOne<A, Shape>, Shape> ReadsOne<A, Pointer<Shape>> for Option<T> {
    type Message = T::Message;

    fn one(&self) -> Option<&T::Message> {
        self.as_ref().and_then(T::one)
    }
}

#[diagnostic::do_not_recommend]
impl<A, T: ReadsMany<A, Shape>, Shape> ReadsMany<A, Pointer<Shape>> for Option<T> {
    type Message = T::Message;

    fn count(&self) -> usize {
        self.as_ref().map_or(0, T::count)
    }

    fn at(&self, place: usize) -> Option<&T::Message> {
        self.as_ref().and_then(|messages| messages.at(place))
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<A, T: ReadsOne<A, Shape> + ?Sized, Shape> ReadsOne<A, Pointer<Shape>> for $pointer {
            type Message = T::Message;

            fn one(&self) -> Option<&T::Message> {
                (**self).one()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<A, T: ReadsMany<A, Shape> + ?Sized, Shape> ReadsMany<A, Pointer<Shape>> for $pointer {
            type Message = T::Message;

            fn count(&self) -> usize {
                (**self).count()
            }

            fn at(&self, place: usize) -> Option<&T::Message> {
                (**self).at(place)
            }
        }
    )* };
}
pointers!(&T &mut T Box<T> Rc<T> Arc<T>);

macro_rules! lists {
    ($([$($generics:tt)*] $list:ty,)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<A, T: ReadsOne<A, Shape>, Shape $($generics)*> ReadsMany<A, Each<Shape>> for $list {
            type Message = T::Message;

            fn count(&self) -> usize {
                self.len()
            }

            fn at(&self, place: usize) -> Option<&T::Message> {
                self.get(place).and_then(T::one)
            }
        }
    )* };
}
lists! {
    [] [T],
    [, const LENGTH: usize] [T; LENGTH],
    [] Vec<T>,
    [] VecDeque<T>,
}
