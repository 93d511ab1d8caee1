//! The web page. The server renders it, so it needs no build step and little script.

mod details;
mod events;
mod flow;
mod host;
mod list;
mod shell;
mod when;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flow_drawing::{SpanId, TraceId};

use self::events::Streams;
use self::host::Hosts;
use crate::store::Store;

/// Allows scripts and styles from this server only, and none in the markup.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Allows a picture its own style sheet, and nothing else.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

#[derive(Clone, Debug)]
struct Pages {
    store: Arc<Store>,
    streams: Arc<Streams>,
}

/// Returns the routes of the page and of OTLP, for requests to a name of this machine.
pub(crate) fn routes(store: Arc<Store>, otlp: Router, names: &[String]) -> Router {
    let pages = Pages {
        store,
        streams: Arc::default(),
    };
    Router::new()
        .route("/", get(list))
        .route("/after/{count}", get(list_after))
        .route("/flow/{trace}", get(flow))
        .route("/flow/{trace}/{span}", get(span))
        .route("/picture/{trace}", get(picture))
        .route("/picture/{trace}/{span}", get(picture_of_span))
        .route("/events", get(events))
        .route("/style.css", get(style))
        .route("/script.js", get(script))
        .with_state(pages)
        .merge(otlp)
        .layer(middleware::from_fn(headers))
        .layer(middleware::from_fn_with_state(
            Hosts::new(names),
            host::check,
        ))
}

async fn list(State(pages): State<Pages>) -> Response {
    html(list::page(&pages.store, 0))
}

async fn list_after(State(pages): State<Pages>, Path(after): Path<usize>) -> Response {
    html(list::page(&pages.store, after))
}

async fn flow(State(pages): State<Pages>, Path(trace): Path<String>) -> Response {
    show(pages, trace, None).await
}

async fn span(State(pages): State<Pages>, Path((trace, span)): Path<(String, String)>) -> Response {
    show(pages, trace, Some(span)).await
}

async fn show(pages: Pages, trace: String, span: Option<String>) -> Response {
    let page = rendered(pages, trace, span, |store, trace, span| {
        flow::page(store, trace, span)
    })
    .await;
    page.map_or_else(|| missing("This flow is not kept here."), html)
}

async fn picture(State(pages): State<Pages>, Path(trace): Path<String>) -> Response {
    draw(pages, trace, None).await
}

async fn picture_of_span(
    State(pages): State<Pages>,
    Path((trace, span)): Path<(String, String)>,
) -> Response {
    draw(pages, trace, Some(span)).await
}

async fn draw(pages: Pages, trace: String, span: Option<String>) -> Response {
    let picture = rendered(pages, trace, span, |store, trace, span| {
        flow::picture(store, trace, span)
    })
    .await;
    let Some(picture) = picture else {
        return missing("This flow is not kept here.");
    };
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CONTENT_SECURITY_POLICY, PICTURE_POLICY),
        (CONTENT_DISPOSITION, r#"attachment; filename="flow.svg""#),
    ];
    (headers, picture).into_response()
}

/// Renders on another thread, so that a large flow delays neither requests nor other pages.
async fn rendered(
    pages: Pages,
    trace: String,
    span: Option<String>,
    render: impl FnOnce(&Store, TraceId, Option<SpanId>) -> Option<String> + Send + 'static,
) -> Option<String> {
    let trace = TraceId::from_hex(&trace)?;
    let span = match span {
        Some(span) => Some(SpanId::from_hex(&span)?),
        None => None,
    };
    let render = tokio::task::spawn_blocking(move || render(&pages.store, trace, span));
    render.await.ok().flatten()
}

async fn events(State(pages): State<Pages>) -> Response {
    events::stream(&pages.store, &pages.streams)
}

async fn style() -> Response {
    let style = format!("{}{}", include_str!("style.css"), flow_drawing::STYLE);
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], style).into_response()
}

async fn script() -> Response {
    let script = include_str!("script.js");
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], script).into_response()
}

fn html(page: String) -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn missing(why: &str) -> Response {
    (StatusCode::NOT_FOUND, html(shell::missing(why))).into_response()
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    add(CONTENT_SECURITY_POLICY, POLICY);
    add(CACHE_CONTROL, "no-store");
    add(REFERRER_POLICY, "no-referrer");
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(X_FRAME_OPTIONS, "DENY");
    response
}
