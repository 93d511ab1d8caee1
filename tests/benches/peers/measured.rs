//! This crate with a meter provider: a handler of messages with all constant attributes.

use std::time::Duration;

use linked_span::__private::{Callsite, MessagingLabels, handle, open_event, record_nothing};
use opentelemetry::global;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};

use super::Peer;
use crate::body;
use crate::events::Event;

/// The expansion of `message(…, destination = "orders", group = "billing")`.
static CALLSITE: Callsite = Callsite {
    name: "handle",
    messaging: Some(MessagingLabels {
        system: "kafka",
        destination: Some("orders"),
        template: None,
        group: Some("billing"),
    }),
    one_event: true,
    ..Callsite::CONSUMER
};

struct Measured;

pub(super) fn install() -> Box<dyn Peer> {
    let reader = PeriodicReader::builder(Nowhere)
        .with_interval(Duration::from_hours(1))
        .build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    global::set_meter_provider(provider);
    Box::new(Measured)
}

impl Peer for Measured {
    fn one(&self, event: &Event) -> usize {
        let open = open_event(&CALLSITE, event);
        handle(open, || body::one(event), record_nothing)
    }

    fn polled(&self, _: &Event, _: usize) -> usize {
        unreachable!("no row measures it")
    }

    fn batch(&self, _: &[Event]) -> usize {
        unreachable!("no row measures it")
    }

    fn extract(&self, _: &Event) -> usize {
        unreachable!("no row measures it")
    }
}

struct Nowhere;

impl PushMetricExporter for Nowhere {
    async fn export(&self, _: &ResourceMetrics) -> OTelSdkResult {
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}
