//! A future that runs in another context than its caller.

use std::pin::Pin;
use std::task::{self, Poll};

use opentelemetry::Context;
use pin_project_lite::pin_project;

use crate::support::ambient;

pin_project! {
    /// Polls a future with this context current. OpenTelemetry's own panics in a thread that ends.
    pub(super) struct Apart<F> {
        #[pin]
        pub(super) future: F,
        pub(super) context: Context,
    }
}

impl<F: Future> Future for Apart<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _guard = ambient::attach(this.context);
        this.future.poll(task)
    }
}
