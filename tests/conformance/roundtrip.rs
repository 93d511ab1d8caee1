//! Properties of every context and of every input.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use http::{HeaderMap, HeaderName, HeaderValue};
use linked_span::{Carrier, CarrierMut, LinkedEvent, Origin, extract, inject};
use opentelemetry::Context;
use opentelemetry::baggage::{Baggage, BaggageExt, KeyValueMetadata};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::sample::{TRACEPARENT, read};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Generates every valid state that OpenTelemetry can hold, in any order.
fn state() -> impl Strategy<Value = Vec<(String, String)>> {
    let key = prop_oneof![
        8 => "[a-z][a-z0-9_*/-]{0,9}",
        2 => "[a-z0-9][a-z0-9_*/-]{0,9}@[a-z][a-z0-9_*/-]{0,12}",
        1 => "[a-z][a-z0-9_*/-]{255}",
        1 => "[a-z0-9][a-z0-9_*/-]{240}@[a-z][a-z0-9_*/-]{12}",
    ];
    let value = prop_oneof![
        8 => "[ -+--<>-~]{0,9}[!-+--<>-~]",
        1 => "[ -+--<>-~]{255}[!-+--<>-~]",
    ];
    let members = prop_oneof![3 => 0..=3_usize, 1 => 0..=32_usize, 1 => Just(32)];
    members
        .prop_flat_map(move |count| btree_map(key.clone(), value.clone(), count))
        .prop_map(|members| members.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn span_context() -> impl Strategy<Value = SpanContext> {
    (1..=u128::MAX, 1..=u64::MAX, 0..=3_u8, state()).prop_map(
        |(trace_id, span_id, flags, state)| {
            SpanContext::new(
                TraceId::from(trace_id),
                SpanId::from(span_id),
                TraceFlags::new(flags),
                true,
                TraceState::from_key_value(state).expect("a valid state"),
            )
        },
    )
}

fn baggage() -> impl Strategy<Value = Baggage> {
    let entry = (
        "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,9}",
        any::<String>(),
        "([a-z]{1,3}(=[0-9]{1,3})?)?",
    );
    vec(entry, 0..4).prop_map(|entries| {
        let entries = entries.into_iter();
        entries
            .map(|(key, value, metadata)| KeyValueMetadata::new(key, value, metadata))
            .collect()
    })
}

/// Writes the active context into a carrier, and returns what is read back.
fn through<C: Default + Carrier + CarrierMut>() -> Origin {
    let mut carrier = C::default();
    inject(&mut carrier);
    extract(&carrier)
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn written_context_is_read_back(span_context in span_context(), baggage in baggage()) {
        let context = Context::new().with_remote_span_context(span_context.clone()).with_baggage(baggage);
        let written = Origin::from(&context);
        let _guard = context.attach();

        prop_assert_eq!(&through::<HashMap<String, String>>(), &written);
        prop_assert_eq!(&through::<BTreeMap<String, String>>(), &written);
        prop_assert_eq!(&through::<Vec<(String, String)>>(), &written);
        prop_assert_eq!(&through::<Vec<(String, Vec<u8>)>>(), &written);
        prop_assert_eq!(&through::<HeaderMap>(), &written);
        prop_assert_eq!(&through::<serde_json::Map<String, serde_json::Value>>(), &written);

        let text = serde_json::to_string(&written).expect("serializes");
        prop_assert_eq!(&serde_json::from_str::<Origin>(&text).expect("deserializes"), &written);
        let value = serde_json::to_value(&written).expect("serializes");
        prop_assert_eq!(&extract(&value), &written);
        prop_assert_eq!(&LinkedEvent::origin(&serde_json::json!({ "metadata": value })), &written);
        let bytes = postcard::to_stdvec(&written).expect("serializes");
        prop_assert_eq!(&postcard::from_bytes::<Origin>(&bytes).expect("deserializes"), &written);

        // Origins compare equal regardless of `is_remote`, so this compares all parts.
        let read = through::<HashMap<String, String>>();
        prop_assert_eq!(read.span_context(), &span_context);
    }
}

/// Generates names that matter, and others.
fn name() -> impl Strategy<Value = &'static str> {
    const NAMES: &[&str] = &[
        "traceparent",
        "tracestate",
        "baggage",
        "Traceparent",
        "TRACESTATE",
        "x",
        "",
    ];
    select(NAMES)
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn random_bytes_do_not_panic(fields in vec((name(), vec(any::<u8>(), 0..80)), 0..6)) {
        let origin = extract(&fields);
        let context = origin.span_context();
        prop_assert!(context.is_valid() || *context == SpanContext::NONE);
        let headers = fields.iter().filter_map(|(name, value)| {
            Some((HeaderName::try_from(*name).ok()?, HeaderValue::from_bytes(value).ok()?))
        });
        extract(&headers.collect::<HeaderMap>());
        for (_, value) in &fields {
            let _ = serde_json::from_slice::<Origin>(value);
            let _ = postcard::from_bytes::<Origin>(value);
            let _ = ciborium::from_reader::<Origin, _>(&value[..]);
        }
    }

    #[test]
    fn random_text_does_not_panic(fields in vec((name(), any::<String>()), 0..6)) {
        let origin = extract(&fields);
        let object: serde_json::Map<_, _> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        let text = serde_json::to_string(&object).expect("serializes");
        let read: Origin = serde_json::from_str(&text).expect("the event is not lost");
        prop_assert_eq!(&read, &extract(&object), "serde and the carrier agree");
        let names: Vec<_> = fields.iter().map(|(name, _)| name.to_lowercase()).collect();
        if names.iter().all(|name| names.iter().filter(|other| *other == name).count() == 1) {
            prop_assert_eq!(&read, &origin);
        }
    }
}

/// One change to a byte string.
#[derive(Clone, Debug)]
enum Edit {
    Set(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Cut(Index),
    Swap(Index, Index),
    Repeat(Index),
}

impl Edit {
    fn any(letters: &'static [u8]) -> impl Strategy<Value = Self> {
        let byte = prop_oneof![9 => select(letters), 1 => any::<u8>()].boxed();
        let at = any::<Index>;
        prop_oneof![
            4 => (at(), byte.clone()).prop_map(|(at, byte)| Self::Set(at, byte)),
            2 => (at(), byte).prop_map(|(at, byte)| Self::Insert(at, byte)),
            2 => at().prop_map(Self::Remove),
            1 => at().prop_map(Self::Cut),
            1 => (at(), at()).prop_map(|(one, other)| Self::Swap(one, other)),
            1 => at().prop_map(Self::Repeat),
        ]
    }

    fn apply(&self, text: &mut Vec<u8>) {
        let length = text.len();
        let place = |at: &Index| at.index(length);
        match self {
            Self::Insert(at, byte) => text.insert(at.index(length + 1), *byte),
            _ if text.is_empty() => {}
            Self::Set(at, byte) => {
                let at = place(at);
                text[at] = *byte;
            }
            Self::Remove(at) => drop(text.remove(place(at))),
            Self::Cut(at) => text.truncate(place(at)),
            Self::Swap(one, other) => text.swap(place(one), place(other)),
            Self::Repeat(at) => text.extend_from_within(place(at)..),
        }
    }
}

/// Parses a `traceparent` as the specification describes it, as text in parts: another way than the crate's.
fn expected_traceparent(value: &[u8]) -> Option<(u128, u64, u8)> {
    let text: String = value.iter().copied().map(char::from).collect();
    let parts: Vec<&str> = text.trim_matches([' ', '\t']).splitn(5, '-').collect();
    let [version, trace_id, span_id, flags, ..] = parts[..] else {
        return None;
    };
    let digits = |part: &str, count: usize| {
        part.len() == count && part.chars().all(|char| "0123456789abcdef".contains(char))
    };
    if !digits(version, 2) || !digits(trace_id, 32) || !digits(span_id, 16) || !digits(flags, 2) {
        return None;
    }
    let trace_id = u128::from_str_radix(trace_id, 16)
        .ok()
        .filter(|id| *id != 0)?;
    let span_id = u64::from_str_radix(span_id, 16)
        .ok()
        .filter(|id| *id != 0)?;
    let flags = u8::from_str_radix(flags, 16).ok()?;
    match (version, parts.len()) {
        ("ff", _) | ("00", 5) => None,
        ("00", _) => Some((trace_id, span_id, flags % 4)),
        _ => Some((trace_id, span_id, flags % 2)),
    }
}

/// Parses a `tracestate` another way than the crate's. It returns no members if one of them is malformed.
fn expected_tracestate(value: &[u8]) -> Vec<(String, String)> {
    let text: String = value.iter().copied().map(char::from).collect();
    let members = text
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']));
    let members: Vec<&str> = members.filter(|member| !member.is_empty()).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut state = Vec::new();
    for member in &members {
        let Some((key, value)) = member.split_once('=') else {
            return Vec::new();
        };
        let repeated = !seen.insert(key);
        let inner = "abcdefghijklmnopqrstuvwxyz0123456789_-*/@";
        let first = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
        let key_is_valid = key.starts_with(first)
            && key.chars().all(|char| inner.contains(char))
            && key.len() <= 256;
        let value_is_valid = (1..=256).contains(&value.chars().count())
            && value
                .chars()
                .all(|char| char == ' ' || char.is_ascii_graphic() && char != '=');
        if !key_is_valid || !value_is_valid {
            return Vec::new();
        }
        // Members that OpenTelemetry's state refuses are left out.
        let is_held = TraceState::from_key_value([(key, value)]).is_ok();
        if is_held && !repeated {
            state.push((key.to_owned(), value.to_owned()));
        }
    }
    if members.len() > 32 {
        return Vec::new();
    }
    state
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn changed_traceparent_is_read_strictly(
        version in select(&["00", "00", "01", "cc", "fe", "ff", "0f"][..]),
        suffix in select(&["", "", "", "-", "-x", ".", "0", " "][..]),
        edits in vec(Edit::any(b"0123456789abcdefABF-- \t.g"), 0..3),
    ) {
        let mut value = format!("{version}{}{suffix}", &TRACEPARENT[2..]).into_bytes();
        for edit in &edits {
            edit.apply(&mut value);
        }
        let read = read(&[("traceparent", &value)]);
        let ids = |context: &SpanContext| (
            u128::from_be_bytes(context.trace_id().to_bytes()),
            u64::from_be_bytes(context.span_id().to_bytes()),
            context.trace_flags().to_u8(),
        );
        prop_assert_eq!(
            read.is_valid().then(|| ids(&read)),
            expected_traceparent(&value),
            "{}", value.escape_ascii(),
        );
    }

    #[test]
    fn changed_tracestate_is_read_strictly(
        state in select(&[
            "",
            "a=1",
            "foo=1,bar=2",
            " foo=1 ,\tbar=2,,",
            "tenant@vendor=value,t@vvvvvvvvvvvvvv=1,x=2",
            "a=1,b=2,c=3,d=4,e=5,f=6,g=7,h=8,i=9,j=0,k=1,l=2,m=3,n=4,o=5,p=6,q=7,r=8,s=9,t=0,\
             u=1,v=2,w=3,x=4,y=5,z=6,aa=7,bb=8,cc=9,dd=0,ee=1,ff=2",
        ][..]),
        edits in vec(Edit::any(b"abAB01_-*/@@@==,, \t."), 0..4),
        split in any::<Index>(),
    ) {
        let mut value = state.as_bytes().to_vec();
        for edit in &edits {
            edit.apply(&mut value);
        }
        let context = read(&[("traceparent", TRACEPARENT.as_bytes()), ("tracestate", &value)]);
        let expected = TraceState::from_key_value(expected_tracestate(&value)).expect("valid");
        prop_assert_eq!(context.trace_state(), &expected, "{}", value.escape_ascii());

        // Two fields form one list.
        let commas: Vec<usize> = (0..value.len()).filter(|at| value[*at] == b',').collect();
        if !commas.is_empty() {
            let comma = *split.get(&commas);
            let context = read(&[
                ("traceparent", TRACEPARENT.as_bytes()),
                ("tracestate", &value[..comma]),
                ("tracestate", &value[comma + 1..]),
            ]);
            prop_assert_eq!(context.trace_state(), &expected);
        }
    }
}
