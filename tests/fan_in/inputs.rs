//! Sets of inputs.

use linked_span::fan_in::Inputs;

fn set(inputs: &[u8]) -> Inputs {
    let with = |set: Inputs, input: &u8| set.with(*input);
    inputs.iter().fold(Inputs::default(), with)
}

#[test]
fn set_of_inputs_is_iterated_in_order() {
    assert!(set(&[7, 0, 11, 7]).iter().eq([0, 7, 11]));
    assert!(Inputs::all(12).iter().eq(0..12));
    assert_eq!(Inputs::default().iter().next(), None);
}

#[test]
fn missing_inputs_are_the_complement() {
    assert_eq!(set(&[1]).missing(3), set(&[0, 2]));
    assert_eq!(Inputs::all(12).missing(12), Inputs::default());
    assert_eq!(set(&[5]).missing(2), Inputs::all(2));
}

/// The set holds sixteen inputs. A question about a higher number is answered, and does not panic.
#[test]
fn input_beyond_the_limit_does_not_panic() {
    for count in 0..=u8::MAX {
        assert_eq!(Inputs::all(count).len(), u32::from(count.min(16)));
        let one = set(&[count]);
        assert_eq!(one.len(), u32::from(count < 16));
        assert_eq!(one.contains(count), count < 16);
    }
}
