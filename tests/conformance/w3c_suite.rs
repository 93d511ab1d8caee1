//! The 41 tests of the W3C's suite, by their names: a service handles a request, and calls another service.
//!
//! The suite is `test/test.py` of <https://github.com/w3c/trace-context>, at its strict level. Its tests for level 1
//! and level 2 of the specification differ by one, about the random flag.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use linked_span::{Carrier, CarrierMut, extract, inject, linked_span};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};

use crate::sample::{SPAN_ID, TRACE_ID};

/// The suite's tests that fail. They send keys that the specification allows and OpenTelemetry's `TraceState` refuses.
const REFUSED_BY_OPENTELEMETRY: [&str; 2] = [
    "test_tracestate_key_illegal_vendor_format",
    "test_tracestate_key_length_limit",
];

static TRACER: LazyLock<SdkTracer> = LazyLock::new(|| {
    use opentelemetry::trace::TracerProvider;
    // The SDK drops the caller's random flag for a span that is not sampled.
    let builder = SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOn);
    builder.build().tracer("service")
});

/// Handles a request as a child of its caller. Returns the headers of the requests that the service makes.
#[linked_span(request(origin = extract(request)), parent = event, tracer = &*TRACER)]
fn serve<C: Carrier + CarrierMut + Default>(request: &C, calls: usize) -> Vec<C> {
    let call = || {
        let span = opentelemetry::trace::Tracer::start(&*TRACER, "call");
        let context = opentelemetry::Context::current();
        let _guard = opentelemetry::trace::TraceContextExt::with_span(&context, span).attach();
        let mut headers = C::default();
        inject(&mut headers);
        headers
    };
    (0..calls).map(|_| call()).collect()
}

/// A list of headers, as the suite sends and checks it.
type Headers = Vec<(String, String)>;

/// Returns what the service sends, once as a list of headers and once as HTTP's map.
fn sent(request: &[(&str, String)], calls: usize) -> [Vec<Headers>; 2] {
    let list: Headers = request
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let mut map = HeaderMap::new();
    for (name, value) in request {
        map.append(
            name.parse::<HeaderName>().expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    let in_map = serve(&map, calls);
    let in_map = in_map.iter().map(|headers| {
        let fields = headers.iter();
        let text = |value: &HeaderValue| value.to_str().expect("text").to_owned();
        fields
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    });
    [serve(&list, calls), in_map.collect()]
}

/// The call as the called service reads it: four parts, and the members of the state.
struct Call {
    trace_id: String,
    span_id: String,
    flags: u8,
    state: Vec<(String, String)>,
}

fn read(headers: &Headers) -> Call {
    let values = |of: &str| {
        let of = of.to_owned();
        headers
            .iter()
            .filter(move |(name, _)| name.eq_ignore_ascii_case(&of))
            .map(|(_, value)| value.as_str())
    };
    let traceparents: Vec<&str> = values("traceparent").collect();
    let [traceparent] = traceparents[..] else {
        panic!("one traceparent is expected: {headers:?}");
    };
    let parts: Vec<&str> = traceparent.split('-').collect();
    let ["00", trace_id, span_id, flags] = parts[..] else {
        panic!("four parts are expected: {traceparent}");
    };
    assert!(trace_id.len() == 32 && span_id.len() == 16 && flags.len() == 2);
    let members = values("tracestate").flat_map(|value| value.split(','));
    let member = |member: &str| {
        let (key, value) = member.split_once('=').expect("a key and a value");
        (key.to_owned(), value.to_owned())
    };
    Call {
        trace_id: trace_id.to_owned(),
        span_id: span_id.to_owned(),
        flags: u8::from_str_radix(flags, 16).expect("digits"),
        state: members.map(member).collect(),
    }
}

/// The expected call of one request.
struct Request {
    headers: Vec<(&'static str, String)>,
    /// Whether the call is in the caller's trace.
    in_trace: bool,
    /// Members in this order; others may be between them.
    state: Vec<(String, String)>,
    /// Keys that the state must not have.
    without: Vec<&'static str>,
    /// The number of members, if it matters.
    members: Option<usize>,
    /// Flags that must be set.
    flags: u8,
}

impl Request {
    fn is_answered(&self) -> bool {
        let answers = |calls: &Vec<Headers>| {
            let [call] = calls.as_slice() else {
                return false;
            };
            self.is_answered_by(&read(call))
        };
        sent(&self.headers, 1).iter().all(answers)
    }

    fn is_answered_by(&self, call: &Call) -> bool {
        let sent_ids: String = self.headers.iter().map(|(_, value)| &**value).collect();
        let mut members = call.state.iter();
        let is_new = !sent_ids.contains(&call.trace_id);
        let is_in_trace = call.trace_id == TRACE_ID && call.span_id != SPAN_ID;
        (if self.in_trace { is_in_trace } else { is_new })
            && self
                .state
                .iter()
                .all(|member| members.any(|known| known == member))
            && call
                .state
                .iter()
                .all(|(key, _)| !self.without.contains(&&**key))
            && self
                .members
                .is_none_or(|members| members == call.state.len())
            && call.flags & self.flags == self.flags
    }

    fn flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }

    fn members(mut self, members: usize) -> Self {
        self.members = Some(members);
        self
    }

    fn with(mut self, key: &str, value: &str) -> Self {
        self.state.push((key.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, key: &'static str) -> Self {
        self.without.push(key);
        self
    }
}

fn request(headers: &[(&'static str, &str)], in_trace: bool) -> Request {
    let owned = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
    Request {
        headers: headers.iter().map(owned).collect(),
        in_trace,
        state: Vec::new(),
        without: Vec::new(),
        members: None,
        flags: 0,
    }
}

/// Returns a request with one `traceparent`, which is read or rejected.
fn traceparent(value: &str, is_read: bool) -> Request {
    request(&[("traceparent", value)], is_read)
}

/// Returns a request with a valid `traceparent` and these `tracestate`s.
fn tracestates(values: &[&str]) -> Request {
    let traceparent = format!("00-{TRACE_ID}-{SPAN_ID}-00");
    let mut headers = vec![("traceparent", &*traceparent)];
    headers.extend(values.iter().map(|value| ("tracestate", *value)));
    request(&headers, true)
}

/// Returns `bar01=01,bar02=02,…`.
fn bars(numbers: std::ops::RangeInclusive<usize>) -> String {
    let members: Vec<String> = numbers.map(|n| format!("bar{n:02}={n:02}")).collect();
    members.join(",")
}

fn tests_of_the_traceparent() -> Vec<(&'static str, Vec<Request>)> {
    let whole = format!("00-{TRACE_ID}-{SPAN_ID}-01");
    let ids = format!("{TRACE_ID}-{SPAN_ID}");
    let other = whole.replace("00-1f", "00-2f");
    let named = |name, is_read| request(&[(name, &*whole)], is_read);
    let good = |value: String| traceparent(&value, true);
    let bad = |value: String| traceparent(&value, false);
    #[rustfmt::skip]
    let tests = vec![
        ("test_both_traceparent_and_tracestate_missing", vec![request(&[], false)]),
        ("test_traceparent_included_tracestate_missing", vec![good(whole.clone())]),
        ("test_traceparent_duplicated", vec![request(&[("traceparent", &*other), ("traceparent", &*whole)], false)]),
        ("test_traceparent_header_name", vec![named("trace-parent", false), named("trace.parent", false)]),
        ("test_traceparent_header_name_valid_casing", vec![named("TraceParent", true), named("TrAcEpArEnT", true), named("TRACEPARENT", true)]),
        ("test_traceparent_version_0x00", vec![bad(format!("{whole}.")), bad(format!("{whole}-what-comes-later"))]),
        ("test_traceparent_version_0xcc", vec![good(format!("cc-{ids}-01")), good(format!("cc-{ids}-01-what-comes-later")), bad(format!("cc-{ids}-01.what-comes-later"))]),
        ("test_traceparent_version_0xff", vec![bad(format!("ff-{ids}-01"))]),
        ("test_traceparent_version_illegal_characters", vec![bad(format!(".0-{ids}-01")), bad(format!("0.-{ids}-01"))]),
        ("test_traceparent_version_too_long", vec![bad(format!("000-{ids}-01")), bad(format!("0000-{ids}-01"))]),
        ("test_traceparent_version_too_short", vec![bad(format!("0-{ids}-01"))]),
        ("test_traceparent_trace_id_all_zero", vec![bad(format!("00-{:032}-{SPAN_ID}-01", 0))]),
        ("test_traceparent_trace_id_illegal_characters", vec![bad(format!("00-.{}-{SPAN_ID}-01", &TRACE_ID[1..])), bad(format!("00-{}.-{SPAN_ID}-01", &TRACE_ID[..31]))]),
        ("test_traceparent_trace_id_too_long", vec![bad(format!("00-{TRACE_ID}3-{SPAN_ID}-01"))]),
        ("test_traceparent_trace_id_too_short", vec![bad(format!("00-{}-{SPAN_ID}-01", &TRACE_ID[..31]))]),
        ("test_traceparent_parent_id_all_zero", vec![bad(format!("00-{TRACE_ID}-{:016}-01", 0))]),
        ("test_traceparent_parent_id_illegal_characters", vec![bad(format!("00-{TRACE_ID}-.{}-01", &SPAN_ID[1..])), bad(format!("00-{TRACE_ID}-{}.-01", &SPAN_ID[..15]))]),
        ("test_traceparent_parent_id_too_long", vec![bad(format!("00-{ids}7-01"))]),
        ("test_traceparent_parent_id_too_short", vec![bad(format!("00-{TRACE_ID}-{}-01", &SPAN_ID[..15]))]),
        ("test_traceparent_trace_flags_illegal_characters", vec![bad(format!("00-{ids}-.0")), bad(format!("00-{ids}-0."))]),
        ("test_traceparent_trace_flags_too_long", vec![bad(format!("00-{ids}-001"))]),
        ("test_traceparent_trace_flags_too_short", vec![bad(format!("00-{ids}-1"))]),
        ("test_traceparent_ows_handling", vec![good(format!(" {whole}")), good(format!("\t{whole}")), good(format!("{whole} ")), good(format!("{whole}\t")), good(format!("\t {whole} \t"))]),
        ("test_propagates_random_flag", vec![good(format!("00-{ids}-02")).flags(0b10)]),
    ];
    tests
}

fn tests_of_the_tracestate() -> Vec<(&'static str, Vec<Request>)> {
    let whole = format!("00-{TRACE_ID}-{SPAN_ID}-00");
    let named = |name| request(&[("traceparent", &*whole), (name, "foo=1")], true);
    let three = |value| {
        tracestates(&[value])
            .with("foo", "1")
            .with("bar", "2")
            .with("baz", "3")
    };
    let first_member = |value| tracestates(&[value]).with("foo", "1");
    let letters: String = ('a'..='z').chain('0'..='9').chain("_-*/".chars()).collect();
    let of_a_vendor = format!("{letters}@a-z0-9_-*/");
    let printable = (' '..='~').filter(|char| !matches!(char, ',' | '='));
    let printable: String = printable.collect();
    let keyed = |key: &str, value: &str| tracestates(&[&format!("{key}={value}")]).with(key, value);
    let beside = |key: &str| {
        tracestates(&["foo=1", &format!("{key}=1")])
            .with("foo", "1")
            .with(key, "1")
    };
    let [z256, t241, t242] =
        [('z', 256), ('t', 241), ('t', 242)].map(|(char, count)| char.to_string().repeat(count));
    let numbered = |last| {
        tracestates(&[
            &bars(1..=10),
            &bars(11..=20),
            &bars(21..=30),
            &bars(31..=last),
        ])
    };
    #[rustfmt::skip]
    let tests = vec![
        ("test_tracestate_included_traceparent_missing", vec![request(&[("tracestate", "foo=1")], false).members(0), request(&[("tracestate", "foo=1,bar=2")], false).members(0)]),
        ("test_tracestate_included_traceparent_included", vec![first_member("foo=1,bar=2").with("bar", "2")]),
        ("test_tracestate_header_name", vec![named("trace-state").without("foo"), named("trace.state").without("foo")]),
        ("test_tracestate_header_name_valid_casing", vec![named("TraceState").with("foo", "1"), named("TrAcEsTaTe").with("foo", "1"), named("TRACESTATE").with("foo", "1")]),
        ("test_tracestate_empty_header", vec![tracestates(&[""]), tracestates(&["foo=1", ""]).with("foo", "1"), tracestates(&["", "foo=1"]).with("foo", "1")]),
        ("test_tracestate_multiple_headers_different_keys", vec![tracestates(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"]).with("foo", "1").with("bar", "2").with("rojo", "1").with("congo", "2").with("baz", "3")]),
        ("test_tracestate_duplicated_keys", vec![first_member("foo=1,foo=1").members(1), first_member("foo=1,foo=2").members(1), tracestates(&["foo=1", "foo=1"]).with("foo", "1").members(1), tracestates(&["foo=1", "foo=2"]).with("foo", "1").members(1)]),
        ("test_tracestate_all_allowed_characters", vec![keyed(&letters, &printable), keyed(&of_a_vendor, &printable)]),
        ("test_tracestate_ows_handling", vec![three("foo=1 \t , \t bar=2, \t baz=3"), three("foo=1\t \t,\t \tbar=2,\t \tbaz=3"), first_member(" foo=1"), first_member("\tfoo=1"), first_member("foo=1 "), first_member("foo=1\t"), first_member("\t foo=1 \t")]),
        ("test_tracestate_key_illegal_characters", vec![tracestates(&["foo =1"]).members(0), tracestates(&["FOO=1"]).members(0), tracestates(&["foo.bar=1"]).members(0)]),
        ("test_tracestate_key_illegal_vendor_format", vec![tracestates(&["foo@=1,bar=2"]).with("foo@", "1").with("bar", "2"), tracestates(&["@foo=1,bar=2"]).without("bar"), tracestates(&["foo@@bar=1,bar=2"]).with("foo@@bar", "1").with("bar", "2"), tracestates(&["foo@bar@baz=1,bar=2"]).with("foo@bar@baz", "1").with("bar", "2")]),
        ("test_tracestate_member_count_limit", vec![numbered(32).with("bar01", "01").members(32), numbered(33).without("bar01")]),
        ("test_tracestate_key_length_limit", vec![beside(&z256), tracestates(&["foo=1", &format!("z{z256}=1")]).without("foo"), beside(&format!("{t241}@vvvvvvvvvvvvvv")), beside(&format!("{t242}@v")), beside("t@vvvvvvvvvvvvvvv")]),
        ("test_tracestate_value_illegal_characters", vec![tracestates(&["foo=bar=baz"]).without("foo"), tracestates(&["foo=,bar=3"]).without("foo").without("bar")]),
    ];
    tests
}

/// Returns the suite's three tests with several calls. Each value is `true` if the calls are in the caller's trace,
/// each with its own span.
fn tests_of_several_calls() -> [(&'static str, bool); 3] {
    let calls = |traceparent: Option<String>, in_trace: bool| {
        let headers: Vec<_> = traceparent
            .into_iter()
            .map(|value| ("traceparent", value))
            .collect();
        sent(&headers, 3).iter().all(|calls| {
            let calls: Vec<Call> = calls.iter().map(read).collect();
            let mut ids: Vec<&str> = calls.iter().map(|call| &*call.span_id).collect();
            ids.sort_unstable();
            ids.dedup();
            let is_caller_s = |call: &Call| call.trace_id == TRACE_ID;
            let is_invalid = |call: &Call| call.trace_id.bytes().all(|digit| digit == b'0');
            ids.len() == 3
                && calls
                    .iter()
                    .all(|call| is_caller_s(call) == in_trace && !is_invalid(call))
        })
    };
    [
        (
            "test_multiple_requests_with_valid_traceparent",
            calls(Some(format!("00-{TRACE_ID}-{SPAN_ID}-01")), true),
        ),
        (
            "test_multiple_requests_without_traceparent",
            calls(None, false),
        ),
        (
            "test_multiple_requests_with_illegal_traceparent",
            calls(Some(format!("00-{:032}-{SPAN_ID}-01", 0)), false),
        ),
    ]
}

#[test]
fn w3c_suite_passes_but_for_two_tests() {
    let single = tests_of_the_traceparent()
        .into_iter()
        .chain(tests_of_the_tracestate());
    let single = single.map(|(name, requests)| (name, requests.iter().all(Request::is_answered)));
    let results: Vec<(&str, bool)> = single.chain(tests_of_several_calls()).collect();
    assert_eq!(results.len(), 41);
    let failed: Vec<&str> = results
        .iter()
        .filter(|(_, passed)| !passed)
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(failed, REFUSED_BY_OPENTELEMETRY);
}

/// In these two tests, only the members that OpenTelemetry refuses are missing.
#[test]
fn w3c_suite_fails_only_for_refused_keys() {
    use opentelemetry::trace::TraceState;

    for (name, requests) in tests_of_the_tracestate() {
        if REFUSED_BY_OPENTELEMETRY.contains(&name) {
            for mut request in requests {
                request.state.retain(|(key, value)| {
                    TraceState::from_key_value([(key.as_str(), value.as_str())]).is_ok()
                });
                assert!(request.is_answered(), "{name}: {:?}", request.headers);
            }
        }
    }
}
