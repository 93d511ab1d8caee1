//! Values of attributes.

use std::borrow::Cow;
use std::sync::Arc;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, pairs};

struct Values {
    owned: String,
    shared: Arc<str>,
    boxed: Box<str>,
    nothing: Option<u32>,
    large: u64,
}

#[linked_span(event, attributes(
    owned = values.owned,
    shared = values.shared,
    boxed = values.boxed,
    cow = Cow::Borrowed("cow"),
    nothing = values.nothing,
    something = Some(&values.owned),
    large = values.large,
    negative = -1_i8,
    float = 1.5_f32,
    sum = values.owned.len() + 1,
    debug = ?values.nothing,
    display = %values.large,
))]
fn handle(event: &Origin, values: Values) -> Values {
    values
}

#[test]
fn attribute_of_every_value_type_is_recorded() {
    let sdk = Sdk::install();
    let values = handle(
        &Origin::default(),
        Values {
            owned: "owned".into(),
            shared: "shared".into(),
            boxed: "boxed".into(),
            nothing: None,
            large: u64::MAX,
        },
    );
    assert_eq!(
        pairs(&sdk.span().attributes),
        [
            ("owned", "owned".into()),
            ("shared", "shared".into()),
            ("boxed", "boxed".into()),
            ("cow", "cow".into()),
            ("something", "owned".into()),
            ("large", u64::MAX.to_string().into()),
            ("negative", (-1).into()),
            ("float", 1.5.into()),
            ("sum", 6.into()),
            ("debug", "None".into()),
            ("display", u64::MAX.to_string().into()),
        ]
    );
    assert_eq!(values.owned, "owned");
}
