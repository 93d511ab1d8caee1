//! A sampler that follows links.

use opentelemetry::Context;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanKind, TraceContextExt, TraceId};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

/// Samples a span that is linked to a sampled one, and otherwise asks another sampler.
///
/// Let a parent-based sampler be one of the two. Spans below a handler have no links: without one, each of them is sampled
/// or not by itself, and traces are torn apart.
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
/// Here it decides where there is no parent, which is where a handler's trace begins. Where a parent decides, links are
/// not asked. The other way round, links decide first, and a parent where no link is sampled:
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
/// This is the order of `linksbased_parentbased_always_on` in OpenTelemetry's contributions for Java. There, a span whose
/// links are all unsampled is dropped; here, the other sampler is asked.
///
/// Samplers see the links that stand on the span itself, and on each page those of the page (see
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
    /// Samples where any link is sampled, and asks `otherwise` where none is.
    ///
    /// ```
    /// use linked_span::LinksBased;
    /// use opentelemetry_sdk::trace::Sampler;
    ///
    /// // A handler of one event is sampled if the event was, and what it calls is sampled with it.
    /// let sampler = Sampler::ParentBased(Box::new(LinksBased::any(Sampler::AlwaysOff)));
    /// ```
    #[must_use]
    pub fn any(otherwise: impl Into<Box<dyn ShouldSample>>) -> Self {
        Self {
            otherwise: otherwise.into(),
            needs: Needs::Any,
        }
    }

    /// Samples where there are links and all are sampled, and asks `otherwise` where one is not, or there is none.
    ///
    /// ```
    /// use linked_span::LinksBased;
    /// use opentelemetry_sdk::trace::Sampler;
    ///
    /// // Nearly every large batch has some event that was sampled: `any` would sample nearly all of them.
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
