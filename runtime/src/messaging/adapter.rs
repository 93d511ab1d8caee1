//! Adapters, which read a client's messages.

use crate::message::Message;
use crate::propagation::ReadHeaders;

/// Reads the messages of one client, in the version that the user has.
///
/// The client's macro implements it in the user's crate, for a type that is local there.
#[doc(hidden)]
pub trait Adapter<M: ?Sized> {
    /// The system, also of an empty batch.
    const SYSTEM: &'static str;

    /// Fills in the message's properties and its origin.
    fn read<'m>(&self, message: &'m M, into: &mut Message<'m>);

    /// Reads only the headers.
    fn headers<R: ReadHeaders>(&self, message: &M, read: R) -> R::Part;
}

/// Wraps `view = PATH`: a function of the user that describes one message.
#[doc(hidden)]
#[derive(Debug)]
pub struct ViewBy<F>(pub F);

impl<M: ?Sized, F: for<'m> Fn(&'m M) -> Message<'m>> Adapter<M> for ViewBy<F> {
    const SYSTEM: &'static str = "";

    fn read<'m>(&self, message: &'m M, into: &mut Message<'m>) {
        *into = (self.0)(message);
    }

    fn headers<R: ReadHeaders>(&self, message: &M, read: R) -> R::Part {
        read.described(|| (self.0)(message).take_own_origin())
    }
}
