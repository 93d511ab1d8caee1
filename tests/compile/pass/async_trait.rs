//! `#[async_trait]`, which runs before or after the methods' own attributes.
#![deny(warnings)]

use async_trait::async_trait;
use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[async_trait]
trait Handle: Sync {
    #[linked_span(event)]
    async fn handle(&self, event: &Origin) -> Result<usize, String> {
        here();
        let _ = event;
        Ok(self.other(event.clone()).await?.len())
    }

    async fn other(&self, event: Origin) -> Result<&str, String>;

    #[linked_span]
    async fn without_self(delivery: Origin)
    where
        Self: Sized,
    {
        here();
        let _ = delivery;
    }
}

struct Shop(String);

#[async_trait]
impl Handle for Shop {
    #[linked_span(event)]
    async fn other(&self, event: Origin) -> Result<&str, String> {
        here();
        tokio::task::yield_now().await;
        if event.span_context().is_valid() {
            return Err("expected none".to_owned());
        }
        Ok(&self.0)
    }
}

#[async_trait(?Send)]
trait HandleHere {
    async fn handle(&mut self, event: &Origin, count: &mut usize);
}

#[async_trait(?Send)]
impl HandleHere for Shop {
    #[linked_span(event)]
    async fn handle(&mut self, event: &Origin, count: &mut usize) {
        here();
        let _ = event;
        let here = std::rc::Rc::new(1);
        tokio::task::yield_now().await;
        *count += *here;
        self.0.clear();
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    let mut shop = Shop("done".to_owned());
    let handler: &dyn Handle = &shop;
    assert_eq!(handler.handle(event).await, Ok(4));
    Shop::without_self(Origin::default()).await;
    let mut count = 0;
    HandleHere::handle(&mut shop, event, &mut count).await;
    assert_eq!(count, 1);
    sdk.assert_each_body_ran_inside(4);
}
