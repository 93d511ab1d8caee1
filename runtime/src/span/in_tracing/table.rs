//! The known handlers, by the address of their constants.

use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::handler::{Handler, level_is_on};
use crate::span::callsite::Callsite;

/// The number of buckets, a power of two.
const BUCKETS: usize = 256;

/// Maps addresses to handlers without a lock. A bucket is a list that only grows.
static TABLE: [Place; BUCKETS] = [const { Place::new() }; BUCKETS];

/// Holds all handlers. A handler whose constants have several addresses is here once.
static HANDLERS: Mutex<Vec<&'static Handler>> = Mutex::new(Vec::new());

type Place = OnceLock<&'static Known>;

struct Known {
    callsite: &'static Callsite,
    handler: &'static Handler,
    next: Place,
}

/// Returns the handler if a subscriber may want its spans.
#[inline]
pub(super) fn wanted(callsite: &'static Callsite) -> Option<&'static Handler> {
    if !level_is_on(callsite) {
        return None;
    }
    let handler = get(callsite);
    handler.site.is_wanted().then_some(handler)
}

#[inline]
fn get(callsite: &'static Callsite) -> &'static Handler {
    let mut place = &TABLE[bucket(callsite)];
    while let Some(known) = place.get() {
        if ptr::eq(known.callsite, callsite) {
            return known.handler;
        }
        place = &known.next;
    }
    add(callsite, place)
}

fn bucket(callsite: &'static Callsite) -> usize {
    // Constants are aligned and adjacent.
    (ptr::from_ref(callsite).addr() / size_of::<Callsite>()) % BUCKETS
}

#[cold]
fn add(callsite: &'static Callsite, place: &'static Place) -> &'static Handler {
    let handler = handler(callsite);
    let known: &'static Known = Box::leak(Box::new(Known {
        callsite,
        handler,
        next: Place::new(),
    }));
    let mut place = place;
    // Another thread, or even this one, may have added it. It is then there twice, with the same handler.
    while place.set(known).is_err() {
        match place.get() {
            Some(there) => place = &there.next,
            None => return handler,
        }
    }
    handler
}

/// Finds or makes the handler. No code of the user runs under the lock.
fn handler(callsite: &Callsite) -> &'static Handler {
    let mut handlers = HANDLERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handler) = handlers.iter().find(|handler| handler.is_of(callsite)) {
        return handler;
    }
    let handler = Handler::leak(callsite);
    handlers.push(handler);
    handler
}
