//! Named and elided lifetimes in the result.
#![deny(warnings)]

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[derive(LinkedEvent)]
struct Order<'o> {
    id: &'o str,
    metadata: Origin,
}

#[linked_span(event)]
fn elided<'o>(event: &Order<'o>) -> &'o str {
    here_and(event.id)
}

#[linked_span(event)]
fn of_the_event<'e>(event: &'e mut Order<'_>) -> &'e mut Origin {
    here_and(&mut event.metadata)
}

#[linked_span(event)]
async fn named<'a, 'b: 'a>(event: &'a Order<'b>, other: &'b str) -> (&'a str, &'b str) {
    here_and((event.id, other))
}

#[linked_span(event)]
async fn elided_later(event: &Origin) -> Option<&Origin> {
    here_and(Some(event))
}

#[linked_span(event)]
async fn of_another<'t>(event: Order<'_>, text: &'t str) -> Result<&'t str, String> {
    here();
    drop(event);
    text.get(1..).ok_or_else(|| "too short".to_owned())
}

#[linked_span(event)]
fn higher_ranked<F>(event: &Origin, with: F) -> usize
where
    F: for<'t> Fn(&'t str) -> &'t str,
{
    here();
    let _ = event;
    with("text").len()
}

struct Shop {
    names: Vec<String>,
}

impl Shop {
    #[linked_span(event)]
    async fn first<'s>(&'s mut self, event: &Origin) -> Option<&'s mut String> {
        here();
        let _ = event;
        self.names.first_mut()
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let text = String::from("text");
    let mut event = Order {
        id: &text,
        metadata: Origin::default(),
    };
    elided(&event);
    of_the_event(&mut event);
    named(&event, "other").await;
    elided_later(&event.metadata).await;
    of_another(event, "other").await.unwrap();
    higher_ranked(&Origin::default(), |text| &text[1..]);
    let mut shop = Shop { names: Vec::new() };
    assert!(shop.first(&Origin::default()).await.is_none());
    sdk.assert_each_body_ran_inside(7);
}
