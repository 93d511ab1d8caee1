//! OTLP over gRPC.
//!
//! Generated servers decode the whole message first. This one passes its bytes to the decoder for HTTP, so that the
//! same bounds hold. There is no check of the host: no browser speaks plain HTTP/2, so no page can send anything here.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::http;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use tonic::body::Body;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::Service;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Code, Request, Response, Status};

use super::{Format, Intake, Refusal};

/// The service of traces.
#[derive(Clone, Debug)]
pub(crate) struct Traces(pub(crate) Intake);

/// The service of logs, whose requests are read and dropped.
#[derive(Clone, Debug)]
pub(crate) struct Logs(pub(crate) Intake);

/// The service of metrics, whose requests are read and dropped.
#[derive(Clone, Debug)]
pub(crate) struct Metrics(pub(crate) Intake);

impl NamedService for Traces {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
}

impl NamedService for Logs {
    const NAME: &'static str = "opentelemetry.proto.collector.logs.v1.LogsService";
}

impl NamedService for Metrics {
    const NAME: &'static str = "opentelemetry.proto.collector.metrics.v1.MetricsService";
}

type Answer<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl Service<http::Request<Body>> for Traces {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let intake = self.0.clone();
        Box::pin(async move {
            let export = Export(intake.clone());
            let answer = unary(&intake, export, request).await;
            // tonic refuses what is too large before the decoder sees it.
            if Status::from_header_map(answer.headers()).is_some_and(|status| {
                status.code() == Code::OutOfRange || status.code() == Code::ResourceExhausted
            }) {
                intake.refused(&Refusal::TooLarge(intake.limit));
            }
            Ok(answer)
        })
    }
}

impl Service<http::Request<Body>> for Logs {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let intake = self.0.clone();
        Box::pin(async move { Ok(unary(&intake, Discard, request).await) })
    }
}

impl Service<http::Request<Body>> for Metrics {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let intake = self.0.clone();
        Box::pin(async move { Ok(unary(&intake, Discard, request).await) })
    }
}

async fn unary<S: UnaryService<Bytes, Response = Bytes>>(
    intake: &Intake,
    service: S,
    request: http::Request<Body>,
) -> http::Response<Body> {
    if !request.uri().path().ends_with("/Export") {
        return Status::unimplemented("use Export").into_http();
    }
    let _one = intake.requests.acquire().await;
    let mut grpc = Grpc::new(Raw)
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(intake.limit);
    grpc.unary(service, request).await
}

struct Export(Intake);

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = Answer<Response<Bytes>, Status>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let intake = self.0.clone();
        Box::pin(async move {
            match intake
                .take(request.into_inner(), Format::Protobuf, false)
                .await
            {
                Ok(response) => Ok(Response::new(response.encode_to_vec().into())),
                Err(refusal) => {
                    intake.refused(&refusal);
                    Err(Status::invalid_argument(refusal.to_string()))
                }
            }
        })
    }
}

struct Discard;

impl UnaryService<Bytes> for Discard {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        ready(Ok(Response::new(Bytes::new())))
    }
}

/// Passes messages on without decoding.
#[derive(Clone, Copy, Debug)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
