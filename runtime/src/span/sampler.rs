//! A sampler that follows links.

use opentelemetry::Context;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanKind, TraceContextExt, TraceId};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

/// Samples a span that links to a sampled one, and otherwise asks another sampler.
///
/// One of the two must be a parent-based sampler. Spans below a handler have no links. Without a parent-based sampler,
/// each of them is sampled on its own, and traces have gaps.
///
/// ```
/// use linked_span::LinksBased;
/// use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
///
/// let one_in_ten = Sampler::TraceIdRatioBased(0.1);
/// let builder = SdkTracerProvider::builder()
///     .with_sampler(Sampler::ParentBased(Box::new(LinksBased::any(one_in_ten))));
/// # let _ = builder;
/// ```
///
/// Here it decides only if there is no parent, as for a handler that starts a trace. If a parent decides, links have no
/// effect. In the other order, links decide first, and a parent decides if no link is sampled:
///
/// ```
/// use linked_span::LinksBased;
/// use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
///
/// let parent_based = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
/// let builder = SdkTracerProvider::builder().with_sampler(LinksBased::any(parent_based));
/// # let _ = builder;
/// ```
///
/// This is the order of `linksbased_parentbased_always_on` in OpenTelemetry's contributions for Java. That sampler
/// drops a span whose links are all unsampled. This one asks the other sampler.
///
/// Samplers see the links of the span itself, and on each page the links of the page (see
/// [`LinkOverflow`](crate::LinkOverflow)).
#[derive(Clone, Debug)]
pub struct LinksBased {
    otherwise: Box<dyn ShouldSample>,
    needs: Needs,
}

#[derive(Clone, Copy, Debug)]
enum Needs {
    Any,
    All,
}

impl LinksBased {
    /// Samples if any link is sampled, and otherwise asks `otherwise`.
    ///
    /// ```
    /// use linked_span::LinksBased;
    /// use opentelemetry_sdk::trace::Sampler;
    ///
    /// // The handler of a sampled event is sampled, and so are the calls it makes.
    /// let sampler = Sampler::ParentBased(Box::new(LinksBased::any(Sampler::AlwaysOff)));
    /// ```
    #[must_use]
    pub fn any(otherwise: impl Into<Box<dyn ShouldSample>>) -> Self {
        Self {
            otherwise: otherwise.into(),
            needs: Needs::Any,
        }
    }

    /// Samples if there are links and all are sampled, and otherwise asks `otherwise`.
    ///
    /// ```
    /// use linked_span::LinksBased;
    /// use opentelemetry_sdk::trace::Sampler;
    ///
    /// // Nearly every large batch has a sampled event: `any` would sample nearly all of them.
    /// let one_in_ten = Sampler::TraceIdRatioBased(0.1);
    /// let sampler = Sampler::ParentBased(Box::new(LinksBased::all(one_in_ten)));
    /// ```
    #[must_use]
    pub fn all(otherwise: impl Into<Box<dyn ShouldSample>>) -> Self {
        Self {
            otherwise: otherwise.into(),
            needs: Needs::All,
        }
    }

    fn follows(&self, links: &[Link]) -> bool {
        let mut sampled = links.iter().map(|link| link.span_context.is_sampled());
        match self.needs {
            Needs::Any => sampled.any(|sampled| sampled),
            Needs::All => !links.is_empty() && sampled.all(|sampled| sampled),
        }
    }
}

impl ShouldSample for LinksBased {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        if !self.follows(links) {
            return self.otherwise.should_sample(
                parent_context,
                trace_id,
                name,
                span_kind,
                attributes,
                links,
            );
        }
        SamplingResult {
            decision: SamplingDecision::RecordAndSample,
            attributes: Vec::new(),
            trace_state: parent_context
                .map(|parent| parent.span().span_context().trace_state().clone())
                .unwrap_or_default(),
        }
    }
}
