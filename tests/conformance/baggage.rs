//! `baggage`: its list, its values, and its limits.

use linked_span::{Origin, extract};

use crate::sample::{TRACEPARENT, read};

/// Returns key, value and metadata of each entry that is read, by key.
fn entries(fields: &[impl AsRef<[u8]>]) -> Vec<(String, String, String)> {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| ("baggage", field.as_ref()))
        .collect();
    of(&extract(&fields))
}

fn of(origin: &Origin) -> Vec<(String, String, String)> {
    let mut entries: Vec<_> = origin
        .baggage()
        .into_iter()
        .flatten()
        .map(|(key, (value, metadata))| {
            (
                key.to_string(),
                value.to_string(),
                metadata.as_str().to_owned(),
            )
        })
        .collect();
    entries.sort();
    entries
}

#[test]
fn single_baggage_field_is_read() {
    type Entries = &'static [(&'static str, &'static str, &'static str)];
    #[rustfmt::skip]
    let table: &[(&str, &str, Entries)] = &[
        ("one member", "user=alice", &[("user", "alice", "")]),
        ("several members", "a=1,b=2,c=3", &[("a", "1", ""), ("b", "2", ""), ("c", "3", "")]),
        ("spaces around everything", " a = 1 ;\tp = q\t,\tb = 2 ", &[("a", "1", "p = q"), ("b", "2", "")]),
        ("an encoded space", "a=DF%2028", &[("a", "DF 28", "")]),
        ("encoded separators", "a=%2C%3B%3D%25", &[("a", ",;=%", "")]),
        ("encoded letters of two bytes", "a=%C3%A9", &[("a", "\u{e9}", "")]),
        ("encoded with small letters", "a=%c3%a9", &[("a", "\u{e9}", "")]),
        ("encoded spaces at the ends stay", "a=%20b%20", &[("a", " b ", "")]),
        ("encoded bytes that are no UTF-8 are replaced", "a=x%ffy,b=2", &[("a", "x\u{fffd}y", ""), ("b", "2", "")]),
        ("half an encoded byte stays as it is", "a=100%,b=%2,c=%zz", &[("a", "100%", ""), ("b", "%2", ""), ("c", "%zz", "")]),
        ("a value with =", "a=b=c==", &[("a", "b=c==", "")]),
        ("an empty value", "a=", &[("a", "", "")]),
        ("a property", "a=1;p", &[("a", "1", "p")]),
        ("properties", "a=1;p=q;r,b=2", &[("a", "1", "p=q;r"), ("b", "2", "")]),
        ("properties are not decoded", "a=1;p=%20", &[("a", "1", "p=%20")]),
        ("the last of two", "a=1,a=2", &[("a", "2", "")]),
        ("every mark of a key", "!#$%&'*+-.^_`|~09AZaz=1", &[("!#$%&'*+-.^_`|~09AZaz", "1", "")]),
        ("a key is not decoded", "%41=1", &[("%41", "1", "")]),
        ("nothing", "", &[]),
        ("commas", ", ,,", &[]),
        ("no =", "a,b=2", &[("b", "2", "")]),
        ("no key", "=1,b=2", &[("b", "2", "")]),
        ("a space in a key", "a b=1,b=2", &[("b", "2", "")]),
        ("a key that is no token", "a/b=1,(a)=1,\u{e9}=1,\"a\"=1,b=2", &[("b", "2", "")]),
        ("a property alone", ";p=q,b=2", &[("b", "2", "")]),
    ];
    for (name, value, expected) in table {
        let entries = entries(&[value]);
        let entries: Vec<_> = entries.iter().map(|(k, v, m)| (&**k, &**v, &**m)).collect();
        assert_eq!(entries, *expected, "{name}");
    }
}

#[test]
fn several_fields_are_one_list() {
    let read = entries(&["a=1,b=2", "", "c=3", "a=4"]);
    let values: Vec<_> = read
        .iter()
        .map(|(key, value, _)| (&**key, &**value))
        .collect();
    assert_eq!(values, [("a", "4"), ("b", "2"), ("c", "3")]);

    let not_text: [&[u8]; 2] = [b"a=\xff", b"b=2"];
    assert_eq!(
        entries(&not_text),
        [("b".into(), "2".into(), String::new())]
    );
}

#[test]
fn baggage_in_any_letter_case_is_read() {
    for name in ["baggage", "Baggage", "BAGGAGE", "bAgGaGe"] {
        let alone = extract(&[(name, "a=1")]);
        assert!(!alone.span_context().is_valid());
        assert_eq!(of(&alone).len(), 1, "{name}");
        let beside = extract(&[(name, "a=1"), ("traceparent", TRACEPARENT)]);
        assert!(beside.span_context().is_valid());
        assert_eq!(of(&beside).len(), 1, "{name}");
    }
    for name in ["bagage", "baggages", "baggag", "bag-gage", "baggagé"] {
        assert_eq!(of(&extract(&[(name, "a=1")])), [], "{name}");
    }
}

/// Malformed baggage must not cost the context.
#[test]
fn malformed_baggage_is_skipped() {
    let noise: [Vec<u8>; 5] = [
        vec![0xff; 4096],
        vec![b'='; 4096],
        vec![b';'; 65536],
        "\u{1f4a3}=1,".repeat(600).into_bytes(),
        [b"a=".as_slice(), &[b'x'; 9000]].concat(),
    ];
    for noise in &noise {
        let fields = [
            ("baggage", &noise[..]),
            ("traceparent", TRACEPARENT.as_bytes()),
        ];
        assert_eq!(extract(&fields).baggage().map(ToString::to_string), None);
        assert!(read(&fields).is_valid());
    }
}

/// A `Baggage` holds 64 entries of 8192 bytes in all.
#[test]
fn baggage_beyond_the_limits_is_skipped() {
    let members = |count: usize| {
        let members: Vec<String> = (0..count).map(|number| format!("k{number:02}=v")).collect();
        members.join(",")
    };
    assert_eq!(entries(&[members(64)]).len(), 64);
    assert_eq!(entries(&[members(600)]).len(), 64, "the first 64");
    let apart: Vec<String> = (0..600).map(|number| format!("k{number:03}=v")).collect();
    assert_eq!(entries(&apart).len(), 64, "and if each has its field");

    let value = |length: usize| format!("k={}", "v".repeat(length));
    assert_eq!(entries(&[value(8191)])[0].1.len(), 8191);
    assert_eq!(entries(&[value(8192)]), []);
    assert_eq!(
        entries(&[value(65536) + ",b=2"])[0].0,
        "b",
        "what has room is kept"
    );

    let encoded = format!("k={}", "%F0%9F%92%A3".repeat(2047));
    assert_eq!(
        entries(&[encoded])[0].1.len(),
        8188,
        "what counts is the decoded length"
    );
}
