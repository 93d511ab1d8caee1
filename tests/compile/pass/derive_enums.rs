//! `#[derive(LinkedEvent)]` on enums.
#![deny(warnings)]

use linked_span::{Keyed, LinkedEvent, Origin};

#[derive(LinkedEvent)]
#[event(type = "order")]
struct Order {
    id: u64,
    #[event(key)]
    number: u32,
    metadata: Origin,
}

#[derive(LinkedEvent)]
enum Event {
    Order(Order),
    #[event(type = "shipped")]
    Shipped {
        id: String,
        #[event(key)]
        order: u32,
        metadata: Origin,
    },
    Cancelled(#[event(metadata)] Origin, #[event(key)] u32),
    r#Type {
        r#type: String,
        #[event(key)]
        key: char,
        #[event(metadata)]
        origin: Origin,
    },
}

#[derive(LinkedEvent)]
#[event(type = "any")]
enum OneType {
    First {
        metadata: Origin,
    },
    #[event(type = "second")]
    Second {
        metadata: Origin,
        #[event(attribute = "n")]
        n: u8,
    },
}

#[derive(LinkedEvent)]
enum Delegates<'e> {
    Borrowed(&'e Order),
    Boxed(Box<Event>),
    Nested(OneType),
}

#[test]
fn runs() {
    let order = || Order {
        id: 1,
        number: 2,
        metadata: Origin::default(),
    };
    let events = [
        Event::Order(order()),
        Event::Shipped {
            id: "2".to_owned(),
            order: 2,
            metadata: Origin::default(),
        },
        Event::Cancelled(Origin::default(), 2),
        Event::Type {
            r#type: "typed".to_owned(),
            key: '2',
            origin: Origin::default(),
        },
    ];
    let ids: Vec<_> = events.iter().map(LinkedEvent::id).collect();
    assert_eq!(ids, [Some("1".into()), Some("2".into()), None, None]);
    let types: Vec<_> = events.iter().map(LinkedEvent::event_type).collect();
    assert_eq!(
        types,
        [
            Some("order".into()),
            Some("shipped".into()),
            None,
            Some("typed".into())
        ]
    );
    assert!(events.iter().all(|event| event.key() == "2"));
    let first = OneType::First {
        metadata: Origin::default(),
    };
    let second = OneType::Second {
        metadata: Origin::default(),
        n: 1,
    };
    assert_eq!(first.event_type(), Some("any".into()));
    assert_eq!(second.event_type(), Some("second".into()));
    let [first_event, ..] = events;
    assert_eq!(Delegates::Borrowed(&order()).id(), Some("1".into()));
    assert_eq!(
        Delegates::Boxed(Box::new(first_event)).id(),
        Some("1".into())
    );
    assert_eq!(Delegates::Nested(first).event_type(), Some("any".into()));
}
