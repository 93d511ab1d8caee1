//! Messages of a client in pointers and lists.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use super::Adapter;

/// A message, or a pointer to one.
#[doc(hidden)]
pub trait ReadsOne<A, Shape> {
    /// The client's type.
    type Message: ?Sized;

    /// The message; `None` of an `Option`.
    fn one(&self) -> Option<&Self::Message>;
}

/// Messages in a list, or a pointer to one.
#[doc(hidden)]
pub trait ReadsMany<A, Shape> {
    /// The client's type.
    type Message: ?Sized;

    /// How many there are.
    fn count(&self) -> usize;

    /// The message at a place; `None` of an `Option`.
    fn at(&self, place: usize) -> Option<&Self::Message>;
}

/// The type itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct Itself;

/// A pointer, or an `Option`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Pointer<Shape>(Shape);

/// A list.
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
