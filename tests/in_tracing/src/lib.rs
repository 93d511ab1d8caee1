//! The shared helpers of tests, with every handler's span inside `tracing`.
//!
//! The installed SDK also exports through tracing-opentelemetry's layer. A filter and a formatting layer run beside it.

use std::ops::Deref;

use opentelemetry_sdk::trace::{Sampler, ShouldSample, TracerProviderBuilder};

pub use plain::*;

/// An SDK for one test, as [`plain::Sdk`] is.
#[derive(Debug)]
pub struct Sdk(plain::Sdk);

impl Sdk {
    /// Installs an SDK that records everything.
    #[must_use]
    pub fn install() -> Self {
        put_into_tracing();
        Self(plain::Sdk::install())
    }

    /// Installs an SDK with this sampler.
    #[must_use]
    pub fn install_with(sampler: impl Into<Box<dyn ShouldSample>>) -> Self {
        put_into_tracing();
        Self(plain::Sdk::install_with(sampler))
    }

    /// Installs an SDK with this limit of links per span.
    #[must_use]
    pub fn install_with_link_limit(links: u32) -> Self {
        put_into_tracing();
        Self(plain::Sdk::install_with_link_limit(links))
    }

    /// Installs an SDK with this builder and sampler.
    #[must_use]
    pub fn install_built(
        builder: TracerProviderBuilder,
        sampler: impl Into<Box<dyn ShouldSample>>,
    ) -> Self {
        put_into_tracing();
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
