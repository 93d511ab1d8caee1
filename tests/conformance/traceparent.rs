//! `traceparent`: its grammar, its versions and its flags.

use opentelemetry::trace::SpanContext;

use crate::sample::{Row, SPAN_ID, TRACE_ID, TRACEPARENT, read};

/// Returns the flags of a `traceparent` with the sample's ids, or `None` if it is rejected.
fn flags(traceparent: impl AsRef<[u8]>) -> Option<u8> {
    flags_of(&read(&[("traceparent", traceparent)]))
}

fn flags_of(context: &SpanContext) -> Option<u8> {
    context.is_valid().then(|| {
        assert_eq!(context.trace_id().to_string(), TRACE_ID);
        assert_eq!(context.span_id().to_string(), SPAN_ID);
        context.trace_flags().to_u8()
    })
}

#[test]
fn single_traceparent_is_read_strictly() {
    let long_trace_id = format!("{TRACE_ID}0");
    let short_trace_id = &TRACE_ID[1..];
    let long_span_id = format!("{SPAN_ID}0");
    let short_span_id = &SPAN_ID[1..];
    let ids = format!("{TRACE_ID}-{SPAN_ID}");
    let upper_ids = ids.to_uppercase();
    #[rustfmt::skip]
    let table = [
        // The form of version 00.
        ("test_traceparent_included_tracestate_missing", format!("00-{ids}-01"), Some(1)),
        ("not sampled", format!("00-{ids}-00"), Some(0)),
        ("level 2's random flag", format!("00-{ids}-02"), Some(2)),
        ("sampled and random", format!("00-{ids}-03"), Some(3)),
        ("an unknown flag", format!("00-{ids}-04"), Some(0)),
        ("an unknown flag beside sampled", format!("00-{ids}-09"), Some(1)),
        ("all flags", format!("00-{ids}-ff"), Some(3)),
        // Text around the value.
        ("test_traceparent_ows_handling: a space before", format!(" 00-{ids}-01"), Some(1)),
        ("test_traceparent_ows_handling: a tab before", format!("\t00-{ids}-01"), Some(1)),
        ("test_traceparent_ows_handling: a space after", format!("00-{ids}-01 "), Some(1)),
        ("test_traceparent_ows_handling: a tab after", format!("00-{ids}-01\t"), Some(1)),
        ("test_traceparent_ows_handling: both, twice", format!("\t 00-{ids}-01 \t"), Some(1)),
        ("spaces alone", " \t ".into(), None),
        ("a space within", format!("00 -{ids}-01"), None),
        ("a line's end after", format!("00-{ids}-01\n"), None),
        ("a zero byte after", format!("00-{ids}-01\0"), None),
        ("a space that is not ASCII", format!("\u{a0}00-{ids}-01"), None),
        ("quotes", format!("\"00-{ids}-01\""), None),
        ("two in one value", format!("00-{ids}-01,00-{ids}-01"), None),
        // Version.
        ("empty", String::new(), None),
        ("test_traceparent_version_0x00: a dot after", format!("00-{ids}-01."), None),
        ("test_traceparent_version_0x00: a suffix", format!("00-{ids}-01-what-the-future-holds"), None),
        ("a trailing dash", format!("00-{ids}-01-"), None),
        ("test_traceparent_version_0xcc", format!("cc-{ids}-01"), Some(1)),
        ("test_traceparent_version_0xcc: a suffix", format!("cc-{ids}-01-what-the-future-holds"), Some(1)),
        ("test_traceparent_version_0xcc: no dash", format!("cc-{ids}-01.what-the-future-holds"), None),
        ("a later version's empty suffix", format!("cc-{ids}-01-"), Some(1)),
        ("a later version's suffix of any bytes", format!("cc-{ids}-01-\u{e9}\0"), Some(1)),
        ("a later version's longer flags", format!("cc-{ids}-011"), None),
        ("a later version, cut", format!("cc-{ids}-0"), None),
        ("a later version's random flag", format!("01-{ids}-02"), Some(0)),
        ("a later version's flags", format!("01-{ids}-ff"), Some(1)),
        ("the last version", format!("fe-{ids}-01"), Some(1)),
        ("test_traceparent_version_0xff", format!("ff-{ids}-01"), None),
        ("version ff with a suffix", format!("ff-{ids}-01-more"), None),
        ("an uppercase version", format!("CC-{ids}-01"), None),
        ("test_traceparent_version_illegal_characters: first", format!(".0-{ids}-01"), None),
        ("test_traceparent_version_illegal_characters: second", format!("0.-{ids}-01"), None),
        ("test_traceparent_version_too_long: 3", format!("000-{ids}-01"), None),
        ("test_traceparent_version_too_long: 4", format!("0000-{ids}-01"), None),
        ("test_traceparent_version_too_short", format!("0-{ids}-01"), None),
        ("no version", format!("{ids}-01"), None),
        ("a sign for a digit", format!("+0-{ids}-01"), None),
        // Trace id.
        ("test_traceparent_trace_id_all_zero", format!("00-{:032}-{SPAN_ID}-01", 0), None),
        ("a later version's trace id of zeros", format!("cc-{:032}-{SPAN_ID}-01", 0), None),
        ("test_traceparent_trace_id_illegal_characters: first", format!("00-.{short_trace_id}-{SPAN_ID}-01"), None),
        ("test_traceparent_trace_id_illegal_characters: last", format!("00-{}.-{SPAN_ID}-01", &TRACE_ID[..31]), None),
        ("test_traceparent_trace_id_too_long", format!("00-{long_trace_id}-{SPAN_ID}-01"), None),
        ("test_traceparent_trace_id_too_short", format!("00-{short_trace_id}-{SPAN_ID}-01"), None),
        ("an uppercase trace id", format!("00-{}-{SPAN_ID}-01", TRACE_ID.to_uppercase()), None),
        ("no trace id", format!("00--{SPAN_ID}-01"), None),
        // Parent id.
        ("test_traceparent_parent_id_all_zero", format!("00-{TRACE_ID}-{:016}-01", 0), None),
        ("a later version's parent id of zeros", format!("cc-{TRACE_ID}-{:016}-01", 0), None),
        ("test_traceparent_parent_id_illegal_characters: first", format!("00-{TRACE_ID}-.{short_span_id}-01"), None),
        ("test_traceparent_parent_id_illegal_characters: last", format!("00-{TRACE_ID}-{}.-01", &SPAN_ID[..15]), None),
        ("test_traceparent_parent_id_too_long", format!("00-{TRACE_ID}-{long_span_id}-01"), None),
        ("test_traceparent_parent_id_too_short", format!("00-{TRACE_ID}-{short_span_id}-01"), None),
        ("an uppercase parent id", format!("00-{TRACE_ID}-{}-01", SPAN_ID.to_uppercase()), None),
        ("uppercase ids of a later version", format!("cc-{upper_ids}-01"), None),
        ("no parent id", format!("00-{TRACE_ID}--01"), None),
        ("lengths that make up for each other", format!("00-{long_trace_id}-{short_span_id}-01"), None),
        // Flags.
        ("test_traceparent_trace_flags_illegal_characters: first", format!("00-{ids}-.0"), None),
        ("test_traceparent_trace_flags_illegal_characters: second", format!("00-{ids}-0."), None),
        ("test_traceparent_trace_flags_too_long", format!("00-{ids}-001"), None),
        ("test_traceparent_trace_flags_too_short", format!("00-{ids}-1"), None),
        ("uppercase flags", format!("00-{ids}-0B"), None),
        ("no flags", format!("00-{ids}"), None),
        ("no flags after a dash", format!("00-{ids}-"), None),
        // Letters outside of ASCII.
        ("fullwidth digits", format!("\u{ff10}\u{ff10}-{ids}-01"), None),
        ("letters of two bytes", format!("00-{}-{SPAN_ID}-01", "\u{e9}".repeat(16)), None),
        ("a prose of the same length", "not a context but a text of just as many characters ...".into(), None),
    ];
    for (name, traceparent, expected) in table {
        assert_eq!(flags(&traceparent), expected, "{name}: {traceparent:?}");
    }
}

#[test]
fn traceparent_fields_are_matched_by_name() {
    const SPACED: &str = "00-1f2e3d4c5b6a79880123456789abcdef-fedcba9876543210-01 ";
    const UNSAMPLED: &str = "00-1f2e3d4c5b6a79880123456789abcdef-fedcba9876543210-00";
    const OTHER: &str = "00-1f2e3d4c5b6a79880123456789abcdef-00000000000000aa-01";
    #[rustfmt::skip]
    let table: &[Row<bool>] = &[
        ("test_both_traceparent_and_tracestate_missing", &[], false),
        ("among others", &[("content-type", "x"), ("traceparent", TRACEPARENT), ("date", "")], true),
        ("test_traceparent_duplicated", &[("traceparent", TRACEPARENT), ("traceparent", OTHER)], false),
        ("the same twice", &[("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT)], true),
        ("twice, in two cases", &[("traceparent", TRACEPARENT), ("Traceparent", TRACEPARENT)], true),
        ("three of them", &[("traceparent", TRACEPARENT); 3], true),
        ("twice, one with a space after", &[("traceparent", TRACEPARENT), ("traceparent", SPACED)], true),
        ("the same twice, then another", &[("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT), ("traceparent", OTHER)], false),
        ("two, then the first again", &[("traceparent", TRACEPARENT), ("traceparent", OTHER), ("traceparent", TRACEPARENT)], false),
        ("two, the other sampled", &[("traceparent", TRACEPARENT), ("traceparent", UNSAMPLED)], false),
        ("the same broken one twice", &[("traceparent", "00-0-0-01"), ("traceparent", "00-0-0-01")], false),
        ("twice, the first broken", &[("traceparent", ""), ("traceparent", TRACEPARENT)], false),
        ("twice, the second broken", &[("traceparent", TRACEPARENT), ("traceparent", "")], false),
        ("test_traceparent_header_name: a dash", &[("trace-parent", TRACEPARENT)], false),
        ("test_traceparent_header_name: a dot", &[("trace.parent", TRACEPARENT)], false),
        ("an underscore", &[("trace_parent", TRACEPARENT)], false),
        ("a space around the name", &[("traceparent ", TRACEPARENT)], false),
        ("one letter short", &[("traceparen", TRACEPARENT)], false),
        ("one letter more", &[("traceparents", TRACEPARENT)], false),
        ("one letter else", &[("traceparemt", TRACEPARENT)], false),
        ("no name", &[("", TRACEPARENT)], false),
        ("a wrong name beside", &[("trace-parent", OTHER), ("traceparent", TRACEPARENT)], true),
        ("test_traceparent_header_name_valid_casing: camel", &[("TraceParent", TRACEPARENT)], true),
        ("test_traceparent_header_name_valid_casing: mixed", &[("TrAcEpArEnT", TRACEPARENT)], true),
        ("test_traceparent_header_name_valid_casing: upper", &[("TRACEPARENT", TRACEPARENT)], true),
        ("a letter that only Unicode lowers", &[("TRACEPARENT\u{212a}", TRACEPARENT)], false),
    ];
    for (name, fields, expected) in table {
        let context = read(fields);
        assert_eq!(flags_of(&context).is_some(), *expected, "{name}");
    }
}

#[test]
fn traceparent_with_any_byte_is_read_strictly() {
    for position in 0..TRACEPARENT.len() {
        for byte in 0..=u8::MAX {
            let mut traceparent = TRACEPARENT.as_bytes().to_vec();
            traceparent[position] = byte;
            let legal = match position {
                2 | 35 | 52 => byte == b'-',
                _ => "0123456789abcdef".contains(char::from(byte)),
            };
            let read = read(&[("traceparent", &traceparent)]);
            assert_eq!(read.is_valid(), legal, "{byte:#04x} at {position}");
        }
    }
}

#[test]
fn traceparent_of_any_length_is_read_strictly() {
    for length in 0..TRACEPARENT.len() {
        assert_eq!(flags(&TRACEPARENT[..length]), None, "{length} bytes");
        assert_eq!(
            flags(&TRACEPARENT[length + 1..]),
            None,
            "the last but {length} bytes"
        );
    }
    let later = TRACEPARENT.replacen("00", "01", 1);
    for next in 0..=u8::MAX {
        let is_space = next == b' ' || next == b'\t';
        let one_more = |value: &str| flags([value.as_bytes(), &[next]].concat()).is_some();
        assert_eq!(
            one_more(TRACEPARENT),
            is_space,
            "{next:#04x} after version 00"
        );
        assert_eq!(
            one_more(&later),
            is_space || next == b'-',
            "{next:#04x} after version 01"
        );
    }
}

#[test]
fn traceparent_of_any_version_and_flag_is_read_strictly() {
    for version in 0..=u8::MAX {
        for known in 0..=u8::MAX {
            let expected = match version {
                0x00 => Some(known & 3),
                0xff => None,
                _ => Some(known & 1),
            };
            let traceparent = format!("{version:02x}-{TRACE_ID}-{SPAN_ID}-{known:02x}");
            assert_eq!(flags(&traceparent), expected, "{traceparent}");
        }
    }
}

#[test]
fn random_traceparents_are_rejected() {
    let noise = [
        vec![0; 4096],
        vec![0xff; 4096],
        vec![b'-'; 4096],
        vec![b'0'; 4096],
        "\u{1f4a3}".repeat(1024).into_bytes(),
        (0..=u8::MAX).cycle().take(4096).collect(),
        [TRACEPARENT.as_bytes(); 75].concat(),
    ];
    for noise in &noise {
        assert_eq!(flags(noise), None, "{}", noise.escape_ascii());
        let beside = read(&[
            ("noise", &noise[..]),
            ("traceparent", TRACEPARENT.as_bytes()),
        ]);
        assert_eq!(flags_of(&beside), Some(1));
    }
}
