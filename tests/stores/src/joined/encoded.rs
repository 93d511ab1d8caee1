//! Inputs that JSON cannot store, or that do not decode again.

use std::error::Error;

use linked_span::fan_in::{
    ArriveErrorKind, Disposition, JoinOptions, JoinQuery, Store, disposition,
};
use linked_span::{LinkedEvent, Origin, fan_in};
use serde::{Deserialize, Serialize};

use super::{HOUR, Half};
use crate::Fixture;

/// An input that may have such a part.
#[derive(Clone, Debug, Deserialize, LinkedEvent, PartialEq, Serialize)]
pub struct Odd {
    #[event(key)]
    order: String,
    metadata: Origin,
    part: Part,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Part {
    Number(f64),
    Small(f32),
    Perhaps { amount: Option<f64> },
    Several(Vec<(u8, f64)>),
    Flat(Flat),
    Tagged(Tagged),
    Nested(Box<Option<Part>>),
    Skipped(Skipped),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Flat {
    #[serde(flatten)]
    large: Large,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Large {
    number: u128,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Large { number: u128 },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Skipped {
    #[serde(skip_serializing)]
    secret: String,
}

/// Takes an odd input.
#[fan_in(odd, other)]
pub async fn keep(odd: &Odd, other: &Half) {}

/// Returns a part that is nested this deep.
fn nested(depth: usize) -> Part {
    let innermost = Part::Nested(Box::new(None));
    (1..depth).fold(innermost, |part, _| Part::Nested(Box::new(Some(part))))
}

/// Returns the error's text of the part that was refused.
fn reason(kind: &ArriveErrorKind) -> String {
    let source = kind.source().expect("a source");
    source.to_string()
}

/// The caller gets the input back with the reason, and the store keeps nothing.
pub async fn input_that_cannot_be_decoded_again_is_refused<F: Fixture>()
where
    F::Store: Store<KeepInput>,
{
    let fixture = F::begin().await;
    let store = fixture.open("Keep").await;
    let keep = Keep::new(store, JoinOptions::timeout(HOUR));
    let number = u128::MAX;
    let secret = String::from("s");
    let refused = [
        (Part::Number(f64::NAN), "NaN"),
        (Part::Number(f64::INFINITY), "inf"),
        (Part::Number(f64::NEG_INFINITY), "-inf"),
        (Part::Small(f32::NAN), "NaN"),
        (
            Part::Perhaps {
                amount: Some(f64::NAN),
            },
            "`amount` is NaN",
        ),
        (
            Part::Several(vec![(1, 1.0), (2, f64::NAN)]),
            "`part` is NaN",
        ),
        (
            Part::Flat(Flat {
                large: Large { number },
            }),
            "",
        ),
        (Part::Tagged(Tagged::Large { number }), ""),
        (nested(130), "recursion limit"),
        (Part::Skipped(Skipped { secret }), "missing field `secret`"),
    ];
    for (part, why) in refused {
        let odd = Odd {
            order: "refused".into(),
            metadata: Origin::default(),
            part,
        };
        let arrival = keep.odd(odd.clone()).await;
        assert_eq!(disposition(&arrival), Disposition::Reject, "{odd:?}");
        let error = arrival.unwrap_err();
        assert!(
            matches!(error.kind, ArriveErrorKind::Unencodable(_)),
            "{error:?}"
        );
        assert!(reason(&error.kind).contains(why), "{}", reason(&error.kind));
        assert_eq!(
            format!("{:?}", error.input.into_odd()),
            format!("{:?}", Some(odd))
        );
    }
    let listed = keep.join().list(JoinQuery::Key("refused")).await.unwrap();
    assert!(listed.is_empty(), "{listed:?}");

    // Values just inside the limits are stored.
    let kept = [
        Part::Number(f64::MAX),
        Part::Perhaps { amount: None },
        Part::Several(vec![(1, -0.0), (2, 5e-324)]),
        nested(20),
    ];
    for (number, part) in kept.into_iter().enumerate() {
        let odd = Odd {
            order: number.to_string(),
            metadata: Origin::default(),
            part,
        };
        let arrival = keep.odd(odd).await;
        assert_eq!(disposition(&arrival), Disposition::Ack, "{arrival:?}");
    }
}
