//! How messages of a client are read.

use crate::Origin;
use crate::message::Message;

/// Reads the messages of one client, in the version that the user has.
///
/// The client's macro implements it in the user's crate, for a type that is local there.
#[doc(hidden)]
pub trait Adapter<M: ?Sized> {
    /// The system, which an empty batch has too.
    const SYSTEM: &'static str;

    /// Whether `origin` reads only what is needed of it.
    const READS_A_PART: bool = false;

    /// What the message says of itself, and its origin.
    fn read<'m>(&self, message: &'m M) -> Message<'m>;

    /// Its origin alone.
    fn origin(&self, message: &M) -> Origin;
}

/// `view = PATH`: a function of the user's that describes one message.
#[doc(hidden)]
#[derive(Debug)]
pub struct ViewBy<F>(pub F);

impl<M: ?Sized, F: for<'m> Fn(&'m M) -> Message<'m>> Adapter<M> for ViewBy<F> {
    const SYSTEM: &'static str = "";

    fn read<'m>(&self, message: &'m M) -> Message<'m> {
        (self.0)(message)
    }

    fn origin(&self, message: &M) -> Origin {
        (self.0)(message).origin_ref().clone()
    }
}
