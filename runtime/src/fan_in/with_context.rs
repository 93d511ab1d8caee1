//! Polls a future in another OpenTelemetry context than its caller's.

use std::pin::Pin;
use std::task::{self, Poll};

use opentelemetry::Context;
use pin_project_lite::pin_project;

use crate::support::ambient;

pin_project! {
    /// Polls a future with this context current. OpenTelemetry's `WithContext` panics in an ending thread.
    pub(super) struct WithContext<F> {
        #[pin]
        pub(super) future: F,
        pub(super) context: Context,
    }
}

impl<F: Future> Future for WithContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _guard = ambient::attach(this.context);
        this.future.poll(task)
    }
}
