//! Early returns, `?`, labelled breaks, and coercions of the result.
#![deny(warnings)]

use std::error::Error;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[linked_span(event)]
fn early(event: &Origin, number: usize) -> usize {
    here();
    if number == 1 {
        return number;
    }
    let _ = event;
    2
}

#[linked_span(event)]
async fn early_of_nothing(event: &Origin, number: usize) {
    here();
    if number == 1 {
        return;
    }
    tokio::task::yield_now().await;
    let _ = event;
}

#[linked_span(event)]
fn question_mark(event: &Origin, number: &str) -> Result<usize, Box<dyn Error>> {
    here();
    let _ = event;
    let number: usize = number.parse()?;
    Ok(number)
}

#[linked_span(event)]
async fn question_mark_later(
    event: &Origin,
    number: &str,
) -> Result<usize, Box<dyn Error + Send + Sync>> {
    here();
    let _ = event;
    Ok(number.parse()?)
}

#[linked_span(event)]
async fn an_error_of_another_type(event: &Origin) -> Result<(), String> {
    here();
    let _ = event;
    Err("no")?
}

#[linked_span(event)]
async fn nothing_but_a_question_mark(event: &Origin) -> Result<(), String> {
    here();
    an_error_of_another_type(event).await?;
    Ok(())
}

#[linked_span(event)]
fn of_an_option(event: &Origin, list: &[u8]) -> Option<u8> {
    here();
    let _ = event;
    let first = list.first()?;
    Some(*first)
}

#[linked_span(event)]
fn labelled(event: &Origin) -> usize {
    here();
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
async fn labelled_later(event: &Origin, limit: usize) -> Option<usize> {
    here();
    let _ = event;
    let found = 'search: {
        for number in 0..limit {
            tokio::task::yield_now().await;
            if number == 2 {
                break 'search number;
            }
        }
        return None;
    };
    Some(found)
}

#[linked_span(event)]
fn labelled_in_a_future(event: &Origin) -> impl Future<Output = usize> {
    let first = 'first: {
        here();
        if event.span_context().is_valid() {
            break 'first 0;
        }
        1
    };
    async move {
        'outer: loop {
            for number in first.. {
                if number == 3 {
                    break 'outer number;
                }
            }
        }
    }
}

#[linked_span(event)]
fn coerced(event: &Origin) -> Box<dyn Fn() -> usize> {
    here();
    let _ = event;
    Box::new(|| 1)
}

#[linked_span(event)]
async fn coerced_later(event: &Origin) -> &'static [u8] {
    here();
    let _ = event;
    &[1, 2]
}

#[linked_span(event)]
fn a_function(event: &Origin) -> fn(usize) -> usize {
    here();
    fn next(number: usize) -> usize {
        number + 1
    }
    let _ = event;
    next
}

#[linked_span(event)]
fn unit_by_name(event: &Origin) -> () {
    here();
    let _ = event;
}

#[linked_span(event)]
async fn ends_with_an_item(event: &Origin) {
    here();
    use_it(event);
    fn use_it(_: &Origin) {}
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    early(event, 1);
    early_of_nothing(event, 1).await;
    assert!(question_mark(event, "x").is_err());
    assert!(question_mark_later(event, "x").await.is_err());
    assert!(nothing_but_a_question_mark(event).await.is_err());
    of_an_option(event, &[]);
    assert_eq!(labelled(event), 2);
    assert_eq!(labelled_later(event, 5).await, Some(2));
    assert_eq!(labelled_later(event, 1).await, None);
    assert_eq!(labelled_in_a_future(event).await, 3);
    coerced(event)();
    coerced_later(event).await;
    a_function(event)(1);
    unit_by_name(event);
    ends_with_an_item(event).await;
    sdk.assert_each_body_ran_inside(16);
}
