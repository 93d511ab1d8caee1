//! `tracing` around the handlers of a test program, and a second run of the program inside of it.

use std::collections::BTreeSet;
use std::env;
use std::io::sink;
use std::process::Command;
use std::sync::Once;

use opentelemetry::global::{self, BoxedSpan};
use opentelemetry::trace::{SpanBuilder, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Set in the process of a second run.
const SECOND_RUN: &str = "LINKED_SPAN_TESTS_IN_TRACING";

/// Returns `true` in the process that [`run_again_in_tracing`] starts.
#[must_use]
pub fn is_second_run() -> bool {
    env::var_os(SECOND_RUN).is_some()
}

/// Runs the tests of this program again, in a process whose SDKs are installed inside `tracing`.
///
/// It leaves out the tests whose paths begin like these.
///
/// # Panics
///
/// If one of the other tests did not pass, or did not run.
pub fn run_again_in_tracing(left_out: &[&str]) {
    assert!(!is_second_run(), "leave the test that calls this out");
    let listed = printed(&["--list", "--format=terse"]);
    let all: BTreeSet<_> = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .collect();
    for start in left_out {
        let exists = all.iter().any(|test| test.starts_with(start));
        assert!(exists, "no test begins like {start}: {all:?}");
    }
    let wanted: BTreeSet<_> = all
        .into_iter()
        .filter(|test| !left_out.iter().any(|start| test.starts_with(start)))
        .collect();
    assert!(!wanted.is_empty(), "no other test");

    let arguments: Vec<_> = ["--exact"]
        .into_iter()
        .chain(wanted.iter().copied())
        .collect();
    let printed = printed(&arguments);
    let passed: BTreeSet<_> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... ok"))
        .collect();
    assert_eq!(passed, wanted, "{printed}");
}

/// Returns what this program prints as a second run.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env::current_exe().expect("a program"))
        .args(arguments)
        .env(SECOND_RUN, "1")
        .env_remove("RUST_TEST_NOCAPTURE")
        .output()
        .expect("a program that starts");
    let bytes = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&bytes).into_owned();
    assert!(output.status.success(), "inside `tracing`:\n{printed}");
    printed
}

/// Installs a subscriber, once for all tests of the program: a filter, a formatter, and tracing-opentelemetry's layer.
pub(crate) fn put_into_tracing() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let otel =
            tracing_opentelemetry::layer().with_tracer(linked_span::layer_tracer(Globals, "tests"));
        tracing_subscriber::registry()
            .with(EnvFilter::new("debug"))
            .with(fmt::layer().with_writer(sink))
            .with(otel)
            .init();
    });
}

/// The current global provider, because each test installs its own.
#[derive(Debug)]
pub struct Globals;

/// Uses the tracer of [`Globals`] for each span.
#[derive(Debug)]
pub struct GlobalTracer(InstrumentationScope);

impl TracerProvider for Globals {
    type Tracer = GlobalTracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> GlobalTracer {
        GlobalTracer(scope)
    }
}

impl Tracer for GlobalTracer {
    type Span = BoxedSpan;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> BoxedSpan {
        global::tracer_with_scope(self.0.clone()).build_with_context(builder, parent)
    }
}
