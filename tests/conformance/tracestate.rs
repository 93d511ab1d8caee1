//! `tracestate`: its list, its keys and its values. A malformed one costs the state, never the context.

use opentelemetry::trace::SpanContext;

use crate::sample::{Row, TRACEPARENT, producer, read};

/// Returns the state that is read beside a valid `traceparent`, as it would be written.
fn state(fields: &[impl AsRef<[u8]>]) -> String {
    let mut all = vec![("traceparent", TRACEPARENT.as_bytes())];
    all.extend(fields.iter().map(|field| ("tracestate", field.as_ref())));
    let context = read(&all);
    assert_eq!(
        context.span_id(),
        producer(&[]).span_id(),
        "the context stays"
    );
    assert_eq!(
        context.trace_id(),
        producer(&[]).trace_id(),
        "the context stays"
    );
    context.trace_state().header()
}

/// Returns `prefix1=1,prefix2=2,…`.
fn members(prefix: &str, numbers: std::ops::RangeInclusive<usize>) -> String {
    let members: Vec<String> = numbers
        .map(|number| format!("{prefix}{number}={number}"))
        .collect();
    members.join(",")
}

/// The written form of an empty state.
const NONE: &str = "";

/// Returns a member with a key of this many letters.
fn key(length: usize) -> String {
    "z".repeat(length) + "=1"
}

/// Returns a member with a tenant and a vendor of this many letters.
fn tenant(tenant: usize, vendor: usize) -> String {
    format!("{}@{}=1", "t".repeat(tenant), "v".repeat(vendor))
}

/// Returns a member with a value of this many letters.
fn value(length: usize) -> String {
    "k=".to_owned() + &"v".repeat(length)
}

#[test]
fn tracestate_with_valid_members_is_kept() {
    let every_value: String = (' '..='~')
        .filter(|char| !matches!(char, ',' | '='))
        .collect();
    let every_key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
    #[rustfmt::skip]
    let kept: Vec<(&str, String)> = vec![
        ("test_tracestate_included_traceparent_included", "foo=1,bar=2".into()),
        ("one member", "a=b".into()),
        ("the order is the sender's", "z=1,a=2,m=3".into()),
        ("test_tracestate_all_allowed_characters", format!("{every_key}={every_value}")),
        ("test_tracestate_all_allowed_characters: a vendor", format!("{every_key}@a-z0-9_-*/={every_value}")),
        ("a tenant may begin with a digit", "0t@v=1".into()),
        ("the same tenant, two vendors", "t@v=1,t@w=1".into()),
        ("a key that begins with a digit", "1foo=1".into()),
        ("a vendor that begins with a digit", "t@1v=1".into()),
        ("test_tracestate_key_illegal_vendor_format: no vendor", "foo@=1,bar=2".into()),
        ("test_tracestate_key_length_limit: 242 of a tenant", format!("foo=1,{}", tenant(242, 1))),
        ("a key of one letter", "a=1".into()),
        ("test_tracestate_key_length_limit: 256", key(256)),
        ("test_tracestate_key_length_limit: 241 and 13", tenant(241, 13)),
        ("a value of 256", value(256)),
        ("a value with spaces in it", "a=b  c".into()),
        ("a value that begins with spaces", "a=  b".into()),
        ("test_tracestate_member_count_limit: 32", members("bar", 1..=32)),
        ("32 of the longest", (0..32).map(|n| format!("{n:a>241}@vvvvvvvvvvvvv={n:b>256}")).collect::<Vec<_>>().join(",")),
    ];
    for (name, value) in &kept {
        assert_eq!(state(&[value]), *value, "{name}");
    }
}

#[test]
fn tracestate_with_a_malformed_member_is_dropped() {
    #[rustfmt::skip]
    let broken: Vec<(&str, String)> = vec![
        ("test_tracestate_member_count_limit: 33", members("bar", 1..=33)),
        ("600 members", members("k", 1..=600)),
        ("test_tracestate_key_illegal_characters: a space", "foo =1".into()),
        ("test_tracestate_key_illegal_characters: uppercase", "FOO=1".into()),
        ("test_tracestate_key_illegal_characters: a dot", "foo.bar=1".into()),
        ("a tab in a key", "foo\t=1".into()),
        ("a key that begins with a mark", "_foo=1".into()),
        ("a key that is none of ASCII's", "\u{e9}=1".into()),
        ("no key", "=1".into()),
        ("test_tracestate_key_illegal_vendor_format: no tenant", "@foo=1,bar=2".into()),
        ("an @ alone", "@=1".into()),
        ("a tenant that begins with a mark", "-t@v=1".into()),
        ("an uppercase vendor", "t@V=1".into()),
        ("test_tracestate_key_length_limit: 257", format!("foo=1,{}", key(257))),
        ("test_tracestate_value_illegal_characters: =", "foo=bar=baz".into()),
        ("test_tracestate_value_illegal_characters: empty", "foo=,bar=3".into()),
        ("two =", "foo==".into()),
        ("an empty value at the end", "foo=".into()),
        ("a value of spaces", "foo=   ,bar=3".into()),
        ("a value of 257", value(257)),
        ("a tab in a value", "foo=b\tc".into()),
        ("a line's end after a value", "foo=1\n".into()),
        ("a delete character", "foo=\u{7f}".into()),
        ("a value that is none of ASCII's", "foo=\u{e9}".into()),
        ("no =", "foo".into()),
        ("no = in one of three", "foo=1,bar,baz=3".into()),
        ("another list's separator", "foo=1;bar=2=".into()),
        ("4 KiB of noise", "\u{1f4a3}".repeat(1024)),
        ("4 KiB of letters", "a".repeat(4096)),
    ];
    for (name, value) in &broken {
        assert_eq!(state(&[value]), NONE, "{name}");
        assert_eq!(
            state(&["foo2=1", value]),
            NONE,
            "{name}, after another field"
        );
    }
}

#[test]
fn tracestate_with_whitespace_and_empty_members_is_kept() {
    #[rustfmt::skip]
    let changed = [
        ("test_tracestate_empty_header", "", NONE),
        ("spaces alone", " \t ", NONE),
        ("a comma alone", ",", NONE),
        ("commas and spaces alone", ", ,\t,", NONE),
        ("empty members", ",foo=1,,bar=2,", "foo=1,bar=2"),
        ("members of spaces", " , foo=1 , \t ,bar=2, ", "foo=1,bar=2"),
        ("test_tracestate_ows_handling: around commas", "foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3"),
        ("test_tracestate_ows_handling: tabs first", "foo=1\t \t,\t \tbar=2,\t \tbaz=3", "foo=1,bar=2,baz=3"),
        ("test_tracestate_ows_handling: a space before", " foo=1", "foo=1"),
        ("test_tracestate_ows_handling: a tab before", "\tfoo=1", "foo=1"),
        ("test_tracestate_ows_handling: a space after", "foo=1 ", "foo=1"),
        ("test_tracestate_ows_handling: a tab after", "foo=1\t", "foo=1"),
        ("test_tracestate_ows_handling: all around", "\t foo=1 \t", "foo=1"),
        ("test_tracestate_duplicated_keys: the same value", "foo=1,foo=1", "foo=1"),
        ("test_tracestate_duplicated_keys: two values", "foo=1,foo=2", "foo=1"),
        ("a repeated key among others", "a=1,b=2,a=3,c=4,b=5", "a=1,b=2,c=4"),
        ("a repeated key of a tenant", "t@v=1,t@w=2,t@v=3", "t@v=1,t@w=2"),
        ("a value's own spaces stay", "a= b ,c=d", "a= b,c=d"),
    ];
    for (name, value, expected) in changed {
        assert_eq!(state(&[value]), expected, "{name}");
    }

    assert_eq!(
        state(&[members("k", 1..=31) + ",k1=2"]),
        members("k", 1..=31),
        "a repeated key at the limit"
    );
    assert_eq!(
        state(&[members("k", 1..=32) + ",k1=2"]),
        NONE,
        "a repeated key counts towards the limit"
    );
    let spaced = members("k", 1..=32).replace(',', ", ,, ");
    assert_eq!(
        state(&[spaced]),
        members("k", 1..=32),
        "empty members do not count"
    );
}

/// `TraceState` refuses a second `@`, and 14 characters after the first.
#[test]
fn member_that_opentelemetry_refuses_is_left_out() {
    let longest = format!("{}@{}=1", "t".repeat(241), "v".repeat(14));
    let table = [
        (
            "test_tracestate_key_length_limit: 241 and 14",
            format!("foo=1,{longest}"),
            "foo=1",
        ),
        (
            "test_tracestate_key_length_limit: 15 of a vendor",
            format!("foo=1,{}", tenant(1, 15)),
            "foo=1",
        ),
        (
            "test_tracestate_key_illegal_vendor_format: @@",
            "foo@@bar=1,bar=2".into(),
            "bar=2",
        ),
        (
            "test_tracestate_key_illegal_vendor_format: two @",
            "foo@bar@baz=1,bar=2".into(),
            "bar=2",
        ),
        (
            "among others",
            format!("a=1,{longest},b=2,t@wwwwwwwwwwwwww=3,c=3"),
            "a=1,b=2,c=3",
        ),
        ("alone", longest.clone(), NONE),
        ("alone, with two @", "a@b@c=1".into(), NONE),
    ];
    for (name, value, expected) in &table {
        assert_eq!(state(&[value]), *expected, "{name}");
    }
}

#[test]
fn several_tracestate_fields_are_one_list() {
    let bars = |numbers| members("bar", numbers);
    #[rustfmt::skip]
    let table: Vec<(&str, Vec<String>, String)> = vec![
        (
            "test_tracestate_multiple_headers_different_keys",
            vec!["foo=1,bar=2".into(), "rojo=1,congo=2".into(), "baz=3".into()],
            "foo=1,bar=2,rojo=1,congo=2,baz=3".into(),
        ),
        ("test_tracestate_empty_header: last", vec!["foo=1".into(), String::new()], "foo=1".into()),
        ("test_tracestate_empty_header: first", vec![String::new(), "foo=1".into()], "foo=1".into()),
        ("test_tracestate_duplicated_keys: the same value", vec!["foo=1".into(), "foo=1".into()], "foo=1".into()),
        ("test_tracestate_duplicated_keys: two values", vec!["foo=1".into(), "foo=2".into()], "foo=1".into()),
        ("the same 17 members twice", vec![bars(1..=17), bars(1..=17)], bars(1..=17)),
        ("the same field twice, and another", vec!["a=1".into(), "a=1".into(), "b=2".into()], "a=1,b=2".into()),
        ("a member is not split over fields", vec!["foo=".into(), "1".into()], NONE.into()),
        (
            "test_tracestate_member_count_limit: 32",
            vec![bars(1..=10), bars(11..=20), bars(21..=30), bars(31..=32)],
            bars(1..=32),
        ),
        (
            "test_tracestate_member_count_limit: 33",
            vec![bars(1..=10), bars(11..=20), bars(21..=30), bars(31..=33)],
            NONE.into(),
        ),
        ("32, a field each", (1..=32).map(|number| bars(number..=number)).collect(), bars(1..=32)),
        ("33, a field each", (1..=33).map(|number| bars(number..=number)).collect(), NONE.into()),
        ("600, a field each", (1..=600).map(|number| bars(number..=number)).collect(), NONE.into()),
        ("64 empty ones before", vec![String::new(); 64].into_iter().chain(["a=1".into()]).collect(), "a=1".into()),
        ("600 empty ones", vec![String::new(); 600], NONE.into()),
        ("600 empty ones after", ["a=1".into()].into_iter().chain(vec![String::new(); 600]).collect(), "a=1".into()),
        ("600 empty ones before", vec![String::new(); 600].into_iter().chain(["a=1".into()]).collect(), "a=1".into()),
        ("600 times the same", vec!["a=1".into(); 600], "a=1".into()),
        ("600 of spaces", (0..600).map(|spaces| " ".repeat(spaces)).chain(["a=1".into()]).collect(), NONE.into()),
    ];
    for (name, fields, expected) in &table {
        assert_eq!(state(fields), *expected, "{name}");
    }
}

#[test]
fn tracestate_fields_are_matched_by_name() {
    #[rustfmt::skip]
    let table: &[Row<&str>] = &[
        ("test_tracestate_header_name: a dash", &[("trace-state", "foo=1")], NONE),
        ("test_tracestate_header_name: a dot", &[("trace.state", "foo=1")], NONE),
        ("one letter short", &[("tracestat", "foo=1")], NONE),
        ("one letter else", &[("tracestake", "foo=1")], NONE),
        ("test_tracestate_header_name_valid_casing: camel", &[("TraceState", "foo=1")], "foo=1"),
        ("test_tracestate_header_name_valid_casing: mixed", &[("TrAcEsTaTe", "foo=1")], "foo=1"),
        ("test_tracestate_header_name_valid_casing: upper", &[("TRACESTATE", "foo=1")], "foo=1"),
        ("several cases, in their order", &[("Tracestate", "b=1"), ("tracestate", "a=2")], "b=1,a=2"),
    ];
    for (name, fields, expected) in table {
        for at in 0..=fields.len() {
            let mut all = fields.to_vec();
            all.insert(at, ("traceparent", TRACEPARENT));
            let context = read(&all);
            assert!(context.is_valid(), "{name}");
            assert_eq!(context.trace_state().header(), *expected, "{name}");
        }
    }
}

#[test]
fn tracestate_without_a_traceparent_is_dropped() {
    const OTHER: &str = "00-1f2e3d4c5b6a79880123456789abcdef-00000000000000aa-01";
    let fields: [&[(&str, &str)]; 4] = [
        &[("tracestate", "foo=1")],
        &[("tracestate", "foo=1,bar=2")],
        &[("traceparent", ""), ("tracestate", "foo=1")],
        &[
            ("traceparent", TRACEPARENT),
            ("traceparent", OTHER),
            ("tracestate", "foo=1"),
        ],
    ];
    for fields in fields {
        let name = "test_tracestate_included_traceparent_missing";
        assert_eq!(read(fields), SpanContext::NONE, "{name}: {fields:?}");
    }
}

#[test]
fn tracestate_with_any_byte_is_read_strictly() {
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_inner = |byte| is_first(byte) || b"_-*/".contains(&byte);
    let is_value = |byte| matches!(byte, 0x20..=0x2b | 0x2d..=0x3c | 0x3e..=0x7e);
    let is_space = |byte| byte == b' ' || byte == b'\t';

    for byte in 0..=u8::MAX {
        let read = |before: &str, after: &str| {
            let value = [before.as_bytes(), &[byte], after.as_bytes()].concat();
            (state(&[&value]), String::from_utf8(value).ok())
        };
        let check = |place: &str, before: &str, after: &str, legal: bool| {
            let (state, value) = read(before, after);
            let expected = if legal {
                value.expect("ASCII")
            } else {
                NONE.into()
            };
            assert_eq!(state, expected, "{byte:#04x} as {place}");
        };
        // A space or a comma before a member does not belong to it.
        if is_space(byte) || byte == b',' {
            assert_eq!(read("", "key=1").0, "key=1");
        } else {
            check("a key's first", "", "key=1", is_first(byte));
            check("a tenant's first", "", "key@vendor=1", is_first(byte));
        }
        check("a key's next", "k", "y=1", is_inner(byte) || byte == b'@');
        check("a key's last", "ke", "=1", is_inner(byte) || byte == b'@');
        check("a tenant's last", "ke", "@vendor=1", is_inner(byte));
        check("a vendor's first", "key@", "vendor=1", is_first(byte));
        check("a vendor's next", "key@v", "endor=1", is_inner(byte));
        check("a value's first", "key=", "1", is_value(byte));
        check("a value's next", "key=1", "2", is_value(byte));
        if is_space(byte) || byte == b',' {
            assert_eq!(read("key=1", "").0, "key=1");
        } else {
            check("a value's last", "key=1", "", is_value(byte));
        }
    }
}
