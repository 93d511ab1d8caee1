//! `#[derive(LinkedEvent)]` on generic types, which get bounds only for fields with a role.
#![deny(warnings)]

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::BuildHasher;
use std::marker::PhantomData;

use linked_span::{Keyed, LinkedEvent, Origin};

struct NoBounds;

#[derive(LinkedEvent)]
struct Payload<T> {
    id: u64,
    _payload: T,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Generic<Id, M, K, A> {
    id: Id,
    metadata: M,
    #[event(key)]
    key: K,
    #[event(attribute = "a")]
    attribute: A,
}

#[derive(LinkedEvent)]
struct OptionalId<Id> {
    id: Option<Id>,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Map<S> {
    metadata: HashMap<String, String, S>,
}

#[derive(LinkedEvent)]
struct WithBounds<'e, T, const N: usize>
where
    T: Display + 'e,
{
    id: &'e T,
    event_type: T,
    _numbers: [u8; N],
    metadata: &'e Origin,
    phantom: PhantomData<fn() -> NoBounds>,
}

#[derive(LinkedEvent)]
struct Defaulted<T: Clone = NoBounds, const N: usize = 1> {
    _payload: [Option<T>; N],
    metadata: Origin,
}

impl Clone for NoBounds {
    fn clone(&self) -> Self {
        Self
    }
}

#[derive(LinkedEvent)]
struct Wrapper<E>(E);

#[derive(LinkedEvent)]
enum Either<L, R> {
    Left(L),
    Right(R),
    Neither { metadata: Origin },
}

trait Broker {
    type Headers;
}

#[derive(LinkedEvent)]
struct Delivery<B: Broker> {
    metadata: B::Headers,
    #[event(skip)]
    id: PhantomData<B>,
}

struct Kafka;

impl Broker for Kafka {
    type Headers = Vec<(String, String)>;
}

fn event<E: LinkedEvent>(event: E) -> Origin {
    event.origin()
}

#[test]
fn runs() {
    event(Payload {
        id: 1,
        _payload: NoBounds,
        metadata: Origin::default(),
    });
    let generic = Generic {
        id: "id",
        metadata: Origin::default(),
        key: 1,
        attribute: Some(1.5),
    };
    assert_eq!(generic.key(), "1");
    event(generic);
    event(OptionalId {
        id: Some('x'),
        metadata: Origin::default(),
    });
    event(Map {
        metadata: HashMap::new(),
    });
    fn any_hasher<S: BuildHasher>(map: Map<S>) {
        event(map);
    }
    any_hasher(Map {
        metadata: HashMap::new(),
    });
    event(WithBounds {
        id: &1,
        event_type: 1,
        _numbers: [1],
        metadata: &Origin::default(),
        phantom: PhantomData,
    });
    let defaulted: Defaulted = Defaulted {
        _payload: [None],
        metadata: Origin::default(),
    };
    event(defaulted);
    event(Wrapper(Origin::default()));
    let left: Either<Origin, Wrapper<Origin>> = Either::Left(Origin::default());
    event(left);
    event(Either::<Origin, Origin>::Right(Origin::default()));
    event(Either::<Origin, Origin>::Neither {
        metadata: Origin::default(),
    });
    event(Delivery::<Kafka> {
        metadata: Vec::new(),
        id: PhantomData,
    });
}
