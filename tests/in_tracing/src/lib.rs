//! Shared helpers of the behaviour suite, with every handler's span inside `tracing`.
//!
//! The installed SDK also exports through tracing-opentelemetry's layer. A filter and a formatting layer run beside it.

use std::io::sink;
use std::ops::Deref;
use std::sync::Once;

use opentelemetry::global::{self, BoxedSpan};
use opentelemetry::trace::{SpanBuilder, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope};
use opentelemetry_sdk::trace::{Sampler, ShouldSample, TracerProviderBuilder};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

pub use plain::*;

/// The suite's SDK, installed for one test.
#[derive(Debug)]
pub struct Sdk(plain::Sdk);

impl Sdk {
    /// Installs an SDK that records everything.
    #[must_use]
    pub fn install() -> Self {
        inside_tracing();
        Self(plain::Sdk::install())
    }

    /// Installs an SDK with this sampler.
    #[must_use]
    pub fn install_with(sampler: impl Into<Box<dyn ShouldSample>>) -> Self {
        inside_tracing();
        Self(plain::Sdk::install_with(sampler))
    }

    /// Installs an SDK with this limit of links per span.
    #[must_use]
    pub fn install_with_link_limit(links: u32) -> Self {
        inside_tracing();
        Self(plain::Sdk::install_with_link_limit(links))
    }

    /// Installs an SDK with this builder and sampler.
    #[must_use]
    pub fn install_built(
        builder: TracerProviderBuilder,
        sampler: impl Into<Box<dyn ShouldSample>>,
    ) -> Self {
        inside_tracing();
        Self(plain::Sdk::install_built(builder, sampler))
    }

    /// Installs an SDK that records everything, and leaves `tracing` to the test.
    #[must_use]
    pub fn install_outside() -> Self {
        Self(plain::Sdk::install())
    }

    /// Installs an SDK with this builder, and leaves `tracing` to the test.
    #[must_use]
    pub fn install_outside_built(builder: TracerProviderBuilder) -> Self {
        Self(plain::Sdk::install_built(builder, Sampler::AlwaysOn))
    }

    /// Installs an SDK with this sampler, and leaves `tracing` to the test.
    #[must_use]
    pub fn install_outside_with(sampler: impl Into<Box<dyn ShouldSample>>) -> Self {
        Self(plain::Sdk::install_with(sampler))
    }
}

impl Deref for Sdk {
    type Target = plain::Sdk;

    fn deref(&self) -> &plain::Sdk {
        &self.0
    }
}

/// Installs the subscriber, once for all tests of the program.
fn inside_tracing() {
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
