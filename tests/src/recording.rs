//! A sampler that records what it was asked.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::trace::{Link, SpanKind, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingResult, ShouldSample};

/// Asks another sampler, by default one that samples everything, and keeps what that was given.
#[derive(Clone, Debug)]
pub struct RecordingSampler {
    asked: Arc<Mutex<Vec<Sampled>>>,
    inner: Box<dyn ShouldSample>,
}

/// One question to the sampler.
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
    /// One that decides as `inner` does.
    #[must_use]
    pub fn of(inner: impl Into<Box<dyn ShouldSample>>) -> Self {
        Self {
            asked: Arc::default(),
            inner: inner.into(),
        }
    }

    /// What it was asked so far.
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
