//! Adapters, which read a client's messages.

use crate::Origin;
use crate::message::Message;
use crate::propagation::{self, Part};

/// Reads the messages of one client, in the version that the user has.
///
/// The client's macro implements it in the user's crate, for a type that is local there.
#[doc(hidden)]
pub trait Adapter<M: ?Sized> {
    /// The system, also of an empty batch.
    const SYSTEM: &'static str;

    /// `true` if `origin` reads only the fields it needs.
    const READS_A_PART: bool = false;

    /// Fills in the message's properties and its origin.
    fn read<'m>(&self, message: &'m M, into: &mut Message<'m>);

    /// Returns only the origin.
    fn origin(&self, message: &M) -> Origin;
}

/// Wraps `view = PATH`: a function of the user that describes one message.
#[doc(hidden)]
#[derive(Debug)]
pub struct ViewBy<F>(pub F);

impl<M: ?Sized, F: for<'m> Fn(&'m M) -> Message<'m>> Adapter<M> for ViewBy<F> {
    const SYSTEM: &'static str = "";
    const READS_A_PART: bool = true;

    fn read<'m>(&self, message: &'m M, into: &mut Message<'m>) {
        *into = (self.0)(message);
    }

    fn origin(&self, message: &M) -> Origin {
        let describe = || (self.0)(message).take_own_origin();
        match propagation::part() {
            Part::All => describe(),
            Part::Baggage | Part::BaggageOfMessage => {
                propagation::reading(propagation::propagation(), Part::BaggageOfMessage, describe)
            }
        }
    }
}
