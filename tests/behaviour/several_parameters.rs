//! Handlers with several event parameters.

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, pairs, producer};
use opentelemetry::trace::SpanContext;
use opentelemetry_sdk::trace::SpanData;

#[derive(LinkedEvent)]
struct PaymentConfirmed {
    id: &'static str,
    region: &'static str,
    metadata: Origin,
}

#[derive(LinkedEvent)]
#[event(type = "inventory.reserved")]
struct InventoryReserved {
    metadata: Origin,
}

fn payment(origin: impl Into<Origin>) -> PaymentConfirmed {
    PaymentConfirmed {
        id: "p-1",
        region: "eu",
        metadata: origin.into(),
    }
}

fn inventory(origin: impl Into<Origin>) -> InventoryReserved {
    InventoryReserved {
        metadata: origin.into(),
    }
}

type Pairs<'p> = Vec<(&'p str, opentelemetry::Value)>;

fn links(span: &SpanData) -> Vec<(SpanContext, Pairs<'_>)> {
    let link = |link: &'_ opentelemetry::trace::Link| link.span_context.clone();
    span.links
        .links
        .iter()
        .map(|of| (link(of), pairs(&of.attributes)))
        .collect()
}

#[linked_span(payment, inventory)]
fn ship(inventory: &InventoryReserved, payment: &PaymentConfirmed) {}

#[test]
fn several_parameters_are_linked_in_the_attribute_s_order() {
    let sdk = Sdk::install();
    ship(&inventory(producer(2)), &payment(producer(1)));
    let span = sdk.span();
    assert_eq!(pairs(&span.attributes), []);
    assert_eq!(
        links(&span),
        [
            (
                producer(1),
                vec![
                    ("link.relationship", "payment".into()),
                    ("event.id", "p-1".into())
                ]
            ),
            (
                producer(2),
                vec![
                    ("link.relationship", "inventory".into()),
                    ("link.event_type", "inventory.reserved".into())
                ]
            ),
        ]
    );
}

#[test]
fn several_parameters_with_one_without_origin_skip_its_link() {
    let sdk = Sdk::install();
    ship(&inventory(producer(2)), &payment(Origin::default()));
    let span = sdk.span();
    assert_eq!(span.links.links.len(), 1);
    assert_eq!(links(&span)[0].0, producer(2));
}

#[test]
fn several_parameters_from_one_span_are_all_linked() {
    let sdk = Sdk::install();
    ship(&inventory(producer(1)), &payment(producer(1)));
    let span = sdk.span();
    let relationships: Vec<_> = links(&span)
        .into_iter()
        .map(|(to, attributes)| {
            assert_eq!(to, producer(1));
            attributes[0].1.to_string()
        })
        .collect();
    assert_eq!(relationships, ["payment", "inventory"]);
}

#[linked_span(
    payment(relationship = "payment_confirmation", attributes(region = %payment.region)),
    inventory(origin = reserved_at, relationship = "inventory_reservation"),
    items,
)]
fn ship_all(
    payment: PaymentConfirmed,
    inventory: &InventoryReserved,
    reserved_at: &SpanContext,
    items: &[PaymentConfirmed],
) {
    drop(payment);
}

#[test]
fn several_parameters_with_a_batch_are_all_linked() {
    let sdk = Sdk::install();
    let items = [
        payment(producer(3)),
        payment(Origin::default()),
        payment(producer(4)),
    ];
    ship_all(
        payment(producer(1)),
        &inventory(producer(9)),
        &producer(2),
        &items,
    );
    let span = sdk.span();
    let item = || {
        vec![
            ("link.relationship", "items".into()),
            ("event.id", "p-1".into()),
        ]
    };
    assert_eq!(
        links(&span),
        [
            (
                producer(1),
                vec![
                    ("link.relationship", "payment_confirmation".into()),
                    ("event.id", "p-1".into()),
                    ("region", "eu".into()),
                ]
            ),
            (
                producer(2),
                vec![
                    ("link.relationship", "inventory_reservation".into()),
                    ("link.event_type", "inventory.reserved".into()),
                ]
            ),
            (producer(3), item()),
            (producer(4), item()),
        ]
    );
    assert_eq!(pairs(&span.attributes), []);
}

#[linked_span(payment, inventory, relationship = "needed")]
fn related(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

#[test]
fn several_parameters_share_a_relationship() {
    let sdk = Sdk::install();
    related(&payment(producer(1)), &inventory(producer(2)));
    for (_, attributes) in links(&sdk.span()) {
        assert_eq!(attributes[0], ("link.relationship", "needed".into()));
    }
}
