//! OTLP over HTTP.

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http_body_util::{BodyExt, Limited};
use prost::Message;
use tokio::time::timeout;

use super::{Format, Intake, PATIENCE, Refusal};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// The routes of OTLP. Pages of these origins may send spans.
pub(crate) fn routes(intake: Intake, origins: Vec<String>) -> Router {
    Router::new()
        .route("/v1/traces", post(traces))
        // Exporters of logs and metrics are on by default, and would log errors.
        .route("/v1/logs", post(discard))
        .route("/v1/metrics", post(discard))
        .with_state(intake)
        .layer(middleware::from_fn_with_state(origins, cors))
}

async fn traces(State(intake): State<Intake>, request: Request) -> Response {
    let format = format(request.headers());
    match take(&intake, request).await {
        Ok(response) => response,
        Err(refusal) => {
            intake.refused(&refusal);
            refused(&refusal, format.unwrap_or(Format::Json))
        }
    }
}

async fn take(intake: &Intake, request: Request) -> Result<Response, Refusal> {
    let format = format(request.headers())?;
    let is_compressed = is_compressed(request.headers())?;
    let _one = intake.requests.acquire().await;
    let body = body(request.into_body(), intake.limit).await?;
    let response = intake.take(body, format, is_compressed).await?;
    Ok(match format {
        Format::Protobuf => ([(CONTENT_TYPE, PROTOBUF)], response.encode_to_vec()).into_response(),
        Format::Json => {
            let partial = response.partial_success.map(|partial| {
                let rejected = partial.rejected_spans.to_string();
                let message = partial.error_message;
                serde_json::json!({ "rejectedSpans": rejected, "errorMessage": message })
            });
            let json = match partial {
                Some(partial) => serde_json::json!({ "partialSuccess": partial }),
                None => serde_json::json!({}),
            };
            ([(CONTENT_TYPE, JSON)], json.to_string()).into_response()
        }
    })
}

/// Reads and drops a request, so that the connection can be used again.
async fn discard(State(intake): State<Intake>, request: Request) -> Response {
    let format = format(request.headers());
    let mut body = Limited::new(request.into_body(), intake.limit);
    let read = timeout(PATIENCE, async {
        while body.frame().await.is_some_and(|frame| frame.is_ok()) {}
    });
    let _late = read.await;
    match format {
        Ok(Format::Protobuf) => ([(CONTENT_TYPE, PROTOBUF)], Bytes::new()).into_response(),
        Ok(Format::Json) => ([(CONTENT_TYPE, JSON)], "{}").into_response(),
        Err(refusal) => refused(&refusal, Format::Json),
    }
}

/// Also reads a body that is too large, up to a bound. A client that is still sending would see a broken connection instead
/// of the refusal, and would retry.
async fn body(mut body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let is_announced = body.size_hint().lower() > limit as u64;
    let read = timeout(PATIENCE, async {
        let (mut whole, mut length) = (Vec::new(), 0_usize);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(Refusal::malformed)?.into_data() else {
                continue;
            };
            length = length.saturating_add(data.len());
            if length > limit.saturating_mul(16) {
                break;
            }
            if length > limit || is_announced {
                whole = Vec::new();
            } else {
                whole.extend_from_slice(&data);
            }
        }
        if length > limit {
            return Err(Refusal::TooLarge(limit));
        }
        Ok(Bytes::from(whole))
    });
    read.await.map_err(|_| Refusal::TooSlow)?
}

/// Reads the media type. Its parameters, such as a character set, change nothing.
fn format(headers: &HeaderMap) -> Result<Format, Refusal> {
    let value = text(headers, CONTENT_TYPE);
    let media_type = value.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case(PROTOBUF) {
        Ok(Format::Protobuf)
    } else if media_type.eq_ignore_ascii_case(JSON) {
        Ok(Format::Json)
    } else {
        Err(Refusal::ContentType(value.to_owned()))
    }
}

fn is_compressed(headers: &HeaderMap) -> Result<bool, Refusal> {
    let value = text(headers, CONTENT_ENCODING).trim();
    if value.is_empty() || value.eq_ignore_ascii_case("identity") {
        Ok(false)
    } else if value.eq_ignore_ascii_case("gzip") {
        Ok(true)
    } else {
        Err(Refusal::Encoding(value.to_owned()))
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// Returns the status that OTLP requires, in the encoding of the request.
fn refused(refusal: &Refusal, format: Format) -> Response {
    #[derive(prost::Message)]
    struct Status {
        #[prost(int32, tag = "1")]
        code: i32,
        #[prost(string, tag = "2")]
        message: String,
    }
    let (code, message) = (3, refusal.to_string()); // INVALID_ARGUMENT
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    match format {
        Format::Protobuf => {
            let body = Status { code, message }.encode_to_vec();
            (status, [(CONTENT_TYPE, PROTOBUF)], body).into_response()
        }
        Format::Json => {
            let body = serde_json::json!({ "code": code, "message": message }).to_string();
            (status, [(CONTENT_TYPE, JSON)], body).into_response()
        }
    }
}

/// Allows pages of the named origins to send spans. Without any, a page of another origin can send none: its browser asks
/// first, and gets no permission.
async fn cors(State(origins): State<Vec<String>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let named = origin.filter(|origin| origins.iter().any(|named| named.as_str() == *origin));
    let asked = request
        .headers()
        .get(ACCESS_CONTROL_REQUEST_HEADERS)
        .cloned();
    let is_question = request.method() == Method::OPTIONS;
    let mut response = match &named {
        Some(_) if is_question => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    if let Some(origin) = named {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(VARY, HeaderValue::from_static("origin"));
        if let (true, Some(asked)) = (is_question, asked) {
            headers.insert(
                ACCESS_CONTROL_ALLOW_METHODS,
                HeaderValue::from_static("POST"),
            );
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
    }
    response
}
