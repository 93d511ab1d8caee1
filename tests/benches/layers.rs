//! What is installed for `tracing`, both for `#[instrument]` and for handlers inside `tracing`.

use std::io;

use opentelemetry::trace::Tracer;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Registry, fmt};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layers {
    /// tracing-opentelemetry's layer alone.
    Otel,
    /// The same, without the attributes that no other's span has: where the code is, the thread, how long the span was
    /// idle.
    BareOtel,
    /// The layer, with `EnvFilter` and formatted logs.
    Logs,
    /// The same, without those attributes.
    BareLogs,
    /// `Logs`, with a filter that rejects the handlers by their target.
    RejectedTarget,
    /// `Logs`, with a filter that rejects the handlers by their level.
    RejectedLevel,
    /// Formatted logs with a filter that rejects the handlers, without OpenTelemetry's layer and provider.
    NoProvider,
}

impl Layers {
    /// Installs them for this process. Without a provider, call `install_logs` instead.
    pub(crate) fn install<T>(self, tracer: T)
    where
        T: Tracer<Span: Send + Sync> + Send + Sync + 'static,
    {
        match self {
            Self::Otel | Self::BareOtel => set(Registry::default().with(self.otel(tracer))),
            _ => set(Registry::default()
                .with(self.filter())
                .with(fmt::layer().with_writer(io::sink))
                .with(self.otel(tracer))),
        }
    }

    fn otel<S, T>(self, tracer: T) -> OpenTelemetryLayer<S, T>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
        T: Tracer<Span: Send + Sync> + 'static,
    {
        let extras = !matches!(self, Self::BareOtel | Self::BareLogs);
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(extras)
            .with_threads(extras)
            .with_target(extras)
            .with_tracked_inactivity(extras)
    }

    fn filter(self) -> EnvFilter {
        EnvFilter::new(match self {
            Self::RejectedTarget | Self::NoProvider => "info,figures=off",
            Self::RejectedLevel => "warn",
            _ => "info",
        })
    }
}

/// Installs formatted logs, with a filter that rejects the handlers.
pub(crate) fn install_logs() {
    let logs = fmt::layer().with_writer(io::sink);
    set(Registry::default()
        .with(Layers::NoProvider.filter())
        .with(logs));
}

fn set(subscriber: impl Subscriber + Send + Sync) {
    tracing::subscriber::set_global_default(subscriber).expect("no other subscriber");
}
