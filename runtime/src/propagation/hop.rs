//! One hop's context, of a message that several hops have written theirs into.

use super::propagator::Propagation;
use super::read::origin_in;
use super::w3c::baggage::BAGGAGE;
use super::w3c::traceparent::TRACEPARENT;
use super::w3c::tracestate::TRACESTATE;
use crate::Origin;

/// Which of several equal names a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    First,
    Last,
}

/// The origin of the first or the last hop.
///
/// `fields` may be called twice: nearly all messages have one context, for which nothing is collected.
pub(super) fn origin_of_hop<'a, I>(
    propagation: Propagation,
    repeated: Repeated,
    fields: impl Fn() -> I,
) -> Origin
where
    I: Iterator<Item = (&'a str, &'a [u8])>,
{
    let mut contexts = 0;
    let counted = fields().inspect(|(name, _)| contexts += usize::from(is(name, TRACEPARENT)));
    let origin = origin_in(propagation, counted);
    let is_w3c = propagation != Propagation::Foreign;
    if contexts <= 1 && is_w3c {
        return origin;
    }
    let all: Vec<_> = fields().collect();
    origin_in(propagation, of_one_hop(repeated, &all))
}

/// The fields of one hop, and all baggage, which is merged.
fn of_one_hop<'f, 'a>(
    repeated: Repeated,
    all: &'f [(&'a str, &'a [u8])],
) -> impl Iterator<Item = (&'a str, &'a [u8])> + 'f {
    let states = states_of_hop(repeated, all);
    all.iter().enumerate().filter_map(move |(place, field)| {
        let name = field.0;
        let is_taken = if is(name, BAGGAGE) {
            true
        } else if is(name, TRACESTATE) {
            states.contains(&place)
        } else {
            let mut others = match repeated {
                Repeated::First => all[..place].iter(),
                Repeated::Last => all[place + 1..].iter(),
            };
            !others.any(|other| is(other.0, name))
        };
        is_taken.then_some(*field)
    })
}

/// The places of the `tracestate`s that belong to the hop whose `traceparent` is taken.
///
/// A hop writes its state after its `traceparent` or, as Go's propagator does, before it. Where the order does not show
/// whose a state is, it is left out: the state of another hop would be wrong.
fn states_of_hop(repeated: Repeated, all: &[(&str, &[u8])]) -> Vec<usize> {
    let places = |wanted: &str| -> Vec<usize> {
        let fields = all.iter().enumerate();
        let of_name = fields.filter(|(_, field)| is(field.0, wanted));
        of_name.map(|(place, _)| place).collect()
    };
    let (contexts, states) = (places(TRACEPARENT), places(TRACESTATE));
    let mut distinct: Vec<&[u8]> = contexts.iter().map(|place| all[*place].1).collect();
    distinct.dedup();
    if distinct.len() <= 1 {
        return states;
    }
    let end = |places: &[usize]| match repeated {
        Repeated::First => places.first().copied(),
        Repeated::Last => places.last().copied(),
    };
    let (Some(context), Some(state)) = (end(&contexts), end(&states)) else {
        return Vec::new();
    };
    let is_paired = contexts.len() == states.len();
    // Nothing but its own state is outside of all contexts on its side.
    let is_outside = match repeated {
        Repeated::First => state < context,
        Repeated::Last => state > context,
    };
    if is_paired {
        vec![state]
    } else if is_outside {
        let outside = states.into_iter().filter(|place| match repeated {
            Repeated::First => *place < context,
            Repeated::Last => *place > context,
        });
        outside.collect()
    } else {
        Vec::new()
    }
}

fn is(name: &str, wanted: &str) -> bool {
    // Nearly all names are lowercase, and this comparison is five times as fast.
    name == wanted || (name.len() == wanted.len() && name.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = b"00-11111111111111111111111111111111-1111111111111111-01";
    const TWO: &[u8] = b"00-22222222222222222222222222222222-2222222222222222-01";

    const W3C: Propagation = Propagation::W3c { baggage: true };

    fn read(repeated: Repeated, fields: &[(&'static str, &'static [u8])]) -> (String, String) {
        let origin = origin_of_hop(W3C, repeated, || fields.iter().copied());
        let context = origin.span_context();
        let id = context.span_id().to_string();
        (id[..1].to_owned(), context.trace_state().header())
    }

    fn chosen(id: &str, state: &str) -> (String, String) {
        (id.to_owned(), state.to_owned())
    }

    #[test]
    fn last_context_is_taken_with_the_state_after_it() {
        let fields: [(&str, &[u8]); 4] = [
            ("traceparent", ONE),
            ("tracestate", b"a=1"),
            ("traceparent", TWO),
            ("tracestate", b"b=2"),
        ];
        assert_eq!(read(Repeated::Last, &fields), chosen("2", "b=2"));
        assert_eq!(read(Repeated::First, &fields), chosen("1", "a=1"));
    }

    #[test]
    fn state_that_is_written_before_its_context_is_taken_with_it() {
        let fields: [(&str, &[u8]); 4] = [
            ("tracestate", b"a=1"),
            ("traceparent", ONE),
            ("tracestate", b"b=2"),
            ("traceparent", TWO),
        ];
        assert_eq!(read(Repeated::Last, &fields), chosen("2", "b=2"));
        assert_eq!(read(Repeated::First, &fields), chosen("1", "a=1"));
    }

    #[test]
    fn state_of_another_hop_is_left_out() {
        let first_only: [(&str, &[u8]); 3] = [
            ("traceparent", ONE),
            ("tracestate", b"a=1"),
            ("traceparent", TWO),
        ];
        assert_eq!(read(Repeated::Last, &first_only), chosen("2", ""));
        let before: [(&str, &[u8]); 3] = [
            ("tracestate", b"a=1"),
            ("traceparent", ONE),
            ("traceparent", TWO),
        ];
        assert_eq!(read(Repeated::Last, &before), chosen("2", ""));
        assert_eq!(read(Repeated::First, &before), chosen("1", "a=1"));
        let last_only: [(&str, &[u8]); 3] = [
            ("traceparent", ONE),
            ("traceparent", TWO),
            ("tracestate", b"b=2"),
        ];
        assert_eq!(read(Repeated::Last, &last_only), chosen("2", "b=2"));
        assert_eq!(read(Repeated::First, &last_only), chosen("1", ""));
    }

    #[test]
    fn context_that_is_written_twice_keeps_its_state() {
        let fields: [(&str, &[u8]); 4] = [
            ("traceparent", ONE),
            ("Traceparent", ONE),
            ("tracestate", b"a=1"),
            ("tracestate", b"a=1"),
        ];
        for repeated in [Repeated::First, Repeated::Last] {
            assert_eq!(read(repeated, &fields), chosen("1", "a=1"));
        }
    }

    #[test]
    fn baggage_of_all_hops_is_merged() {
        let fields: [(&str, &[u8]); 4] = [
            ("traceparent", ONE),
            ("baggage", b"tenant=acme"),
            ("traceparent", TWO),
            ("baggage", b"user=7"),
        ];
        let origin = origin_of_hop(W3C, Repeated::Last, || fields.iter().copied());
        let baggage = origin.baggage().expect("baggage");
        assert_eq!(baggage.len(), 2);
    }
}
