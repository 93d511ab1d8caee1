//! Kinds of inputs: batches, by value or by reference, two to twelve.

use std::sync::{Arc, Mutex};

use linked_span::fan_in::{Arrival, Memory};
use linked_span::{Keyed, LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, Time, ms, producer};

use crate::{
    InventoryReserved, PaymentConfirmed, TIMEOUT, attribute, counts, inventory, links, memory,
    options, payment, ran, waits_for,
};

#[derive(Clone, LinkedEvent)]
struct Item {
    order_id: u64,
    metadata: Origin,
}

fn item(number: u8) -> Item {
    Item {
        order_id: 7,
        metadata: producer(number).into(),
    }
}

#[fan_in(payment, items(key = items[0].order_id))]
fn pack(items: Vec<Item>, payment: &PaymentConfirmed) -> usize {
    items.len()
}

#[test]
fn batch_as_an_input_has_a_link_to_each_event() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Pack::new(memory(&time), options());
    assert_eq!(waits_for(joins.items(vec![item(3), item(4)])), "payment");
    time.pass(ms(2_000));
    assert_eq!(ran(joins.payment(payment("7"))), 2);
    let span = sdk.span();
    assert_eq!(attribute(&span, "fan_in.input_count"), Some(2.into()));
    let [(first, _), items @ ..] = &links(&span)[..] else {
        panic!("expected links");
    };
    assert_eq!(*first, producer(1));
    let each = |number| {
        let attributes = vec![
            ("link.relationship", "items".into()),
            ("fan_in.wait", 2.0.into()),
        ];
        (producer(number), attributes)
    };
    assert_eq!(items, [each(3), each(4)]);
}

#[test]
fn batch_without_a_valid_origin_has_no_link() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Pack::new(memory(&time), options());
    let item = Item {
        metadata: Origin::default(),
        ..item(3)
    };
    assert_eq!(waits_for(joins.payment(payment("7"))), "items");
    time.pass(ms(2_000));
    assert_eq!(ran(joins.items(vec![item])), 1);
    let span = sdk.span();
    let [(to, attributes)] = &links(&span)[..] else {
        panic!("expected one link");
    };
    assert_eq!(*to, producer(1));
    assert_eq!(attributes[3], ("fan_in.wait", 2.0.into()));
}

#[test]
fn links_on_child_spans_have_their_wait() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Pack::new(memory(&time), options());
    assert_eq!(
        waits_for(joins.items((3..203).map(item).collect())),
        "payment"
    );
    time.pass(ms(2_000));
    assert_eq!(ran(joins.payment(payment("7"))), 200);
    let mut all = 0;
    for span in sdk.spans() {
        for (to, attributes) in links(&span) {
            let waited = if to == producer(1) { 0.0 } else { 2.0 };
            assert_eq!(attributes.last(), Some(&("fan_in.wait", waited.into())));
            all += 1;
        }
    }
    assert_eq!(all, 201);
    assert!(links(&sdk.span_called("pack")).len() < 201);
}

#[test]
fn input_by_value_is_cloned_for_each_run() {
    #[fan_in(payment, inventory)]
    fn fails(
        mut payment: PaymentConfirmed,
        inventory: InventoryReserved,
    ) -> Result<(), (PaymentConfirmed, InventoryReserved)> {
        payment.id.push('!');
        Err((payment, inventory))
    }

    let _sdk = Sdk::install();
    let joins = Fails::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    let changed = PaymentConfirmed {
        id: "p-1!".into(),
        ..payment("o-1")
    };
    for _ in 0..2 {
        let failed = joins.inventory(inventory("o-1"));
        let given = (changed.clone(), inventory("o-1"));
        assert_eq!(failed.unwrap(), Arrival::Failed(Err(given)));
    }
}

#[test]
fn duplicate_input_keeps_the_first() {
    #[fan_in(payment, inventory)]
    fn ship(payment: PaymentConfirmed, inventory: InventoryReserved) -> String {
        payment.id
    }

    let _sdk = Sdk::install();
    let joins = Ship::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    let second = PaymentConfirmed {
        id: "p-2".into(),
        ..payment("o-1")
    };
    assert!(matches!(
        joins.payment(second),
        Ok(Arrival::Duplicate { .. })
    ));
    assert_eq!(ran(joins.inventory(inventory("o-1"))), "p-1");
}

/// Implements none of `Clone`, `Debug` and serde's traits.
struct Opened(Mutex<u64>);

impl LinkedEvent for Opened {
    fn origin(&self) -> Origin {
        producer(3).into()
    }
}

impl Keyed for Opened {
    fn key(&self) -> std::borrow::Cow<'_, str> {
        self.0.lock().unwrap().to_string().into()
    }
}

#[test]
fn input_by_reference_needs_no_trait() {
    #[fan_in(payment, opened)]
    fn close(opened: &Opened, payment: &Opened) -> Result<u64, u64> {
        let mut opened = opened.0.lock().unwrap();
        *opened += 1;
        Err(*opened)
    }

    let sdk = Sdk::install();
    let joins = Close::new(Memory::new(), options());
    assert_eq!(waits_for(joins.opened(Opened(Mutex::new(7)))), "payment");
    for run in 8..10 {
        let failed = joins.payment(Opened(Mutex::new(7))).ok();
        assert!(matches!(failed, Some(Arrival::Failed(Err(opened))) if opened == run));
    }
    assert_eq!(links(&sdk.spans()[0]).len(), 2);
}

#[test]
fn received_inputs_are_shown_by_name() {
    #[fan_in(payment, opened)]
    fn close(payment: &Opened, opened: &Opened) {}

    let (_sdk, time, shown) = (Sdk::install(), Time::default(), Arc::default());
    let note: Arc<Mutex<String>> = Arc::clone(&shown);
    let joins = Close::new(memory(&time), options()).on_expired(move |expired| {
        *note.lock().unwrap() = format!("{:?}", expired.inputs);
    });
    assert_eq!(waits_for(joins.opened(Opened(Mutex::new(7)))), "payment");
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(*shown.lock().unwrap(), r#"CloseReceived({"opened"})"#);
}

#[test]
fn two_inputs_of_one_type_are_accepted() {
    #[fan_in(payment, refund)]
    fn balance(refund: &PaymentConfirmed, payment: &PaymentConfirmed) -> [String; 2] {
        [payment.id.clone(), refund.id.clone()]
    }

    let _sdk = Sdk::install();
    let joins = Balance::new(Memory::new(), options());
    let refund = PaymentConfirmed {
        id: "r-1".into(),
        ..payment("o-1")
    };
    assert_eq!(waits_for(joins.refund(refund)), "payment");
    assert_eq!(ran(joins.payment(payment("o-1"))), ["p-1", "r-1"]);
}

#[test]
fn input_with_any_name_is_accepted() {
    #[fan_in(r#type, r#match)]
    fn r#move(r#type: &PaymentConfirmed, r#match: &PaymentConfirmed) {}

    let sdk = Sdk::install();
    let joins = Move::new(Memory::new(), options());
    assert_eq!(waits_for(joins.r#match(payment("o-1"))), "type");
    ran(joins.r#type(payment("o-1")));
    let span = sdk.span();
    assert_eq!(span.name, "move");
    for ((_, attributes), name) in links(&span).iter().zip(["type", "match"]) {
        assert_eq!(attributes[0], ("link.relationship", name.into()));
        assert_eq!(attributes[3].0, "fan_in.wait");
    }
}

#[derive(Clone, LinkedEvent)]
struct Part {
    number: u8,
    metadata: Origin,
}

fn part(number: u8) -> Part {
    Part {
        number,
        metadata: producer(number).into(),
    }
}

macro_rules! twelve {
    ($($input:ident)*; $($arriving:ident $number:literal)*) => {
        #[fan_in($($input(key = "all")),*)]
        #[expect(clippy::too_many_arguments, reason = "as many as there may be")]
        fn assemble($($input: Part),*) -> Vec<u8> {
            vec![$($input.number),*]
        }

        #[test]
        fn twelve_inputs_are_kept_apart() {
            let sdk = Sdk::install();
            let joins = Assemble::new(Memory::new(), options());
            let mut missing = vec![$(stringify!($input)),*];
            let mut assembled = None;
            $(
                missing.retain(|input| *input != stringify!($arriving));
                match joins.$arriving(part($number)) {
                    Ok(Arrival::Waiting { missing: names, .. }) => {
                        assert_eq!(names.iter().collect::<Vec<_>>(), missing);
                    }
                    arrival => assembled = Some(ran(arrival)),
                }
            )*
            let declared: Vec<u8> = (1..=12).collect();
            assert_eq!(assembled, Some(declared.clone()));
            let span = sdk.span();
            assert_eq!(attribute(&span, "fan_in.input_count"), Some(12.into()));
            let producers: Vec<_> = links(&span).into_iter().map(|(to, _)| to).collect();
            let declared: Vec<_> = declared.into_iter().map(producer).collect();
            assert_eq!(producers, declared);
        }
    };
}

twelve! {
    axle body clutch door engine frame gear hood ignition jack knob lamp;
    lamp 12 axle 1 knob 11 body 2 jack 10 clutch 3 ignition 9 door 4 hood 8 engine 5 gear 7 frame 6
}
