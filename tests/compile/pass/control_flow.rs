//! Early returns, `?`, labelled breaks, and coercions of what is returned.
#![deny(warnings)]

use std::error::Error;

use linked_span::{Origin, linked_span};
use linked_span_tests::Sdk;

#[linked_span(event)]
fn early(event: &Origin, number: usize) -> usize {
    if number == 1 {
        return number;
    }
    let _ = event;
    2
}

#[linked_span(event)]
async fn early_of_nothing(event: &Origin, number: usize) {
    if number == 1 {
        return;
    }
    tokio::task::yield_now().await;
    let _ = event;
}

#[linked_span(event)]
fn question_mark(event: &Origin, number: &str) -> Result<usize, Box<dyn Error>> {
    let _ = event;
    let number: usize = number.parse()?;
    Ok(number)
}

#[linked_span(event)]
async fn question_mark_later(
    event: &Origin,
    number: &str,
) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let _ = event;
    Ok(number.parse()?)
}

#[linked_span(event)]
async fn an_error_of_another_type(event: &Origin) -> Result<(), String> {
    let _ = event;
    Err("no")?
}

#[linked_span(event)]
async fn nothing_but_a_question_mark(event: &Origin) -> Result<(), String> {
    an_error_of_another_type(event).await?;
    Ok(())
}

#[linked_span(event)]
fn of_an_option(event: &Origin, list: &[u8]) -> Option<u8> {
    let _ = event;
    let first = list.first()?;
    Some(*first)
}

#[linked_span(event)]
fn labelled(event: &Origin) -> usize {
    let _ = event;
    'outer: loop {
        let found = 'block: {
            for number in 0.. {
                if number == 2 {
                    break 'block number;
                }
                if number > 9 {
                    break 'outer 0;
                }
            }
            continue 'outer;
        };
        break found;
    }
}

#[linked_span(event)]
fn coerced(event: &Origin) -> Box<dyn Fn() -> usize> {
    let _ = event;
    Box::new(|| 1)
}

#[linked_span(event)]
async fn coerced_later(event: &Origin) -> &'static [u8] {
    let _ = event;
    &[1, 2]
}

#[linked_span(event)]
fn a_function(event: &Origin) -> fn(usize) -> usize {
    fn next(number: usize) -> usize {
        number + 1
    }
    let _ = event;
    next
}

#[linked_span(event)]
fn unit_by_name(event: &Origin) -> () {
    let _ = event;
}

#[linked_span(event)]
async fn ends_with_an_item(event: &Origin) {
    use_it(event);
    fn use_it(_: &Origin) {}
}

#[tokio::main]
async fn main() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    early(event, 1);
    early_of_nothing(event, 1).await;
    assert!(question_mark(event, "x").is_err());
    assert!(question_mark_later(event, "x").await.is_err());
    assert!(nothing_but_a_question_mark(event).await.is_err());
    of_an_option(event, &[]);
    assert_eq!(labelled(event), 2);
    coerced(event)();
    coerced_later(event).await;
    a_function(event)(1);
    unit_by_name(event);
    ends_with_an_item(event).await;
    assert_eq!(sdk.spans().len(), 13);
}
