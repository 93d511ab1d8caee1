//! Methods with every receiver; the event may be `self`.
#![deny(warnings)]

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[derive(Default)]
struct Shop {
    orders: usize,
}

impl Shop {
    #[linked_span(event)]
    fn by_reference(&self, event: &Origin) -> usize {
        here();
        let _ = event;
        self.orders
    }

    #[linked_span]
    fn by_mutable_reference(&mut self, delivery: &Origin) -> &mut Self {
        here();
        let _ = delivery;
        self.orders += 1;
        self
    }

    #[linked_span(event)]
    fn by_value(self, event: &Origin) -> Self {
        here();
        let _ = event;
        self
    }

    #[linked_span(event)]
    fn by_mutable_value(mut self, event: &Origin) -> Self {
        here();
        let _ = event;
        self.orders += 1;
        self
    }

    #[linked_span(event)]
    fn by_rc(self: Rc<Self>, event: &Origin) -> usize {
        here();
        let _ = event;
        self.orders
    }

    #[linked_span(event)]
    async fn async_by_arc(self: Arc<Self>, event: &Origin) -> usize {
        here();
        let _ = event;
        self.orders
    }

    #[linked_span(event)]
    async fn async_by_reference(&self, event: &Origin) -> &usize {
        here();
        let _ = event;
        &self.orders
    }

    #[linked_span(event)]
    async fn async_by_mutable_reference(&mut self, event: &Origin) {
        here();
        let _ = event;
        self.orders += 1;
    }

    #[linked_span(event)]
    fn by_pin(mut self: Pin<&mut Self>, event: &Origin) -> usize {
        here();
        let _ = event;
        self.orders += 1;
        self.orders
    }

    #[linked_span(event)]
    async fn async_by_pin(mut self: Pin<&mut Self>, event: &Origin) {
        here();
        let _ = event;
        self.orders += 1;
    }

    #[linked_span(event)]
    async fn async_by_value(self, event: Origin) -> (Self, Origin) {
        here_and((self, event))
    }
}

#[derive(Clone, LinkedEvent)]
struct Order {
    metadata: Origin,
    lines: Vec<u8>,
}

impl Order {
    #[linked_span(self)]
    fn handle(&self) -> usize {
        here_and(self.lines.len())
    }

    #[linked_span(self, attributes(lines = self.lines.len()))]
    async fn consume(self) -> Vec<u8> {
        here_and(self.lines)
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    let mut shop = Shop::default();
    shop.by_reference(event);
    shop.by_mutable_reference(event).by_mutable_reference(event);
    let mut shop = shop.by_value(event).by_mutable_value(event);
    assert_eq!(*shop.async_by_reference(event).await, 3);
    shop.async_by_mutable_reference(event).await;
    assert_eq!(Pin::new(&mut shop).by_pin(event), 5);
    Pin::new(&mut shop).async_by_pin(event).await;
    let (shop, _) = shop.async_by_value(event.clone()).await;
    assert_eq!(Rc::new(Shop::default()).by_rc(event), 0);
    assert_eq!(Arc::new(shop).async_by_arc(event).await, 6);
    let order = Order {
        metadata: event.clone(),
        lines: vec![1],
    };
    order.handle();
    order.consume().await;
    sdk.assert_each_body_ran_inside(14);
}
