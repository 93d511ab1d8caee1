//! Receiving OTLP, over HTTP and gRPC.

mod batch;
pub(crate) mod grpc;
pub(crate) mod http;
mod json;
mod protobuf;
mod refusal;
mod text;
mod wire;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use tokio::sync::Semaphore;

pub(crate) use self::batch::Batch;
pub(crate) use self::refusal::Refusal;
use crate::store::Store;

/// The number of requests in memory at a time. The others wait.
const REQUESTS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(30);

/// How a request is encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Protobuf,
    Json,
}

/// Receives requests of both protocols.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    store: Arc<Store>,
    limit: usize,
    requests: Arc<Semaphore>,
    /// One request is decoded at a time, since its spans take more memory than its bytes.
    decoding: Arc<Semaphore>,
}

impl Intake {
    /// Refuses requests of more than `limit` bytes.
    pub(crate) fn new(store: Arc<Store>, limit: usize) -> Self {
        Self {
            store,
            limit,
            requests: Arc::new(Semaphore::new(REQUESTS)),
            decoding: Arc::new(Semaphore::new(1)),
        }
    }

    /// Takes the spans of a request. Returns how many had no valid id.
    async fn take(
        &self,
        body: impl AsRef<[u8]> + Send + 'static,
        format: Format,
        is_compressed: bool,
    ) -> Result<ExportTraceServiceResponse, Refusal> {
        let _one = self.decoding.acquire().await;
        let (store, limit) = (Arc::clone(&self.store), self.limit);
        let taken = tokio::task::spawn_blocking(move || {
            let batch = decode(body.as_ref(), format, is_compressed, limit)?;
            let invalid = batch.invalid;
            store.add(batch);
            Ok(invalid)
        });
        let invalid = taken.await.map_err(Refusal::malformed)??;
        let partial_success = (invalid > 0).then(|| ExportTracePartialSuccess {
            rejected_spans: i64::try_from(invalid).unwrap_or(i64::MAX),
            error_message: "some spans have no valid id".to_owned(),
        });
        Ok(ExportTraceServiceResponse { partial_success })
    }

    /// Records a refusal, for the page.
    fn refused(&self, refusal: &Refusal) {
        self.store.refused(refusal);
    }
}

fn decode(
    body: &[u8],
    format: Format,
    is_compressed: bool,
    limit: usize,
) -> Result<Batch, Refusal> {
    if !is_compressed {
        return read(body, format);
    }
    // One byte more than the limit is enough to refuse the request, so no more is decompressed.
    let mut whole = MultiGzDecoder::new(body).take(limit as u64 + 1);
    let mut plain = Vec::new();
    whole
        .read_to_end(&mut plain)
        .map_err(|error| Refusal::malformed(format_args!("gzip: {error}")))?;
    if plain.len() > limit {
        return Err(Refusal::TooLarge(limit));
    }
    read(&plain, format)
}

/// Reads an uncompressed request.
pub(crate) fn read(body: &[u8], format: Format) -> Result<Batch, Refusal> {
    match format {
        Format::Protobuf => protobuf::read(body),
        Format::Json => json::read(body),
    }
}

#[cfg(test)]
mod tests;
