//! A sampler that records its calls.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::trace::{Link, SpanKind, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingResult, ShouldSample};

/// Records the arguments of each call, and delegates to another sampler; by default that one samples everything.
#[derive(Clone, Debug)]
pub struct RecordingSampler {
    asked: Arc<Mutex<Vec<Sampled>>>,
    inner: Box<dyn ShouldSample>,
}

/// One call of the sampler.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The span's name.
    pub name: String,
    /// The span's kind.
    pub kind: SpanKind,
    /// The attributes at its start.
    pub attributes: Vec<KeyValue>,
    /// The links at its start.
    pub links: Vec<Link>,
}

impl RecordingSampler {
    /// Creates a sampler that decides as `inner` does.
    #[must_use]
    pub fn of(inner: impl Into<Box<dyn ShouldSample>>) -> Self {
        Self {
            asked: Arc::default(),
            inner: inner.into(),
        }
    }

    /// Returns the calls so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Sampled> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl ShouldSample for RecordingSampler {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Sampled {
                name: name.to_owned(),
                kind: span_kind.clone(),
                attributes: attributes.to_vec(),
                links: links.to_vec(),
            });
        self.inner
            .should_sample(parent_context, trace_id, name, span_kind, attributes, links)
    }
}
