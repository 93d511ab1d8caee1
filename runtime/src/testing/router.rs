//! Which capture a span belongs to: its parent's, else its thread's, else that of what it is linked to.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{Link, Span as _, SpanContext, TraceContextExt};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::captured::{Captured, Ended};
use super::key::SpanKey;
use super::unclaimed;

/// The captures of a span: none, one, or several, for a batch with events of several tests.
type Route = Vec<Weak<Captured>>;

static ROUTES: LazyLock<Mutex<Routes>> = LazyLock::new(Mutex::default);

thread_local! {
    /// The captures that this thread has begun, the latest last.
    static OF_THREAD: RefCell<Route> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
struct Routes {
    by_span: HashMap<SpanKey, Route>,
    /// The size at which routes of captures that have ended are removed.
    purge_at: usize,
}

impl Routes {
    const SMALLEST_PURGE: usize = 1_024;

    fn lock() -> MutexGuard<'static, Self> {
        ROUTES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&mut self, key: SpanKey, route: Route) {
        if self.by_span.len() >= self.purge_at.max(Self::SMALLEST_PURGE) {
            self.by_span
                .retain(|_, route| route.iter().any(|to| to.strong_count() > 0));
            self.purge_at = 2 * self.by_span.len();
        }
        self.by_span.insert(key, route);
    }

    fn of_parent(&self, parent: SpanKey) -> Option<Route> {
        let route = self.by_span.get(&parent);
        route.filter(|route| !route.is_empty()).cloned()
    }

    fn of_links<'l>(&self, links: impl Iterator<Item = &'l Link>) -> Route {
        let mut captures = Route::new();
        for link in links {
            let linked = self.by_span.get(&SpanKey::of(&link.span_context));
            for capture in linked.into_iter().flatten() {
                if !captures.iter().any(|known| known.ptr_eq(capture)) {
                    captures.push(capture.clone());
                }
            }
        }
        captures
    }
}

/// Makes a capture the one of this thread.
pub(super) fn claim_thread(captured: &Arc<Captured>) {
    let _ = OF_THREAD.try_with(|of_thread| {
        let mut of_thread = of_thread.borrow_mut();
        of_thread.retain(|capture| capture.strong_count() > 0);
        of_thread.push(Arc::downgrade(captured));
    });
}

/// Ends the latest claim of this capture to this thread, if this thread has one.
pub(super) fn release_thread(captured: &Arc<Captured>) {
    let _ = OF_THREAD.try_with(|of_thread| {
        let mut of_thread = of_thread.borrow_mut();
        let is_this = |capture: &Weak<Captured>| capture.as_ptr() == Arc::as_ptr(captured);
        if let Some(at) = of_thread.iter().rposition(is_this) {
            of_thread.remove(at);
        }
    });
}

/// Routes a producer that no provider has started.
pub(super) fn claim_span(context: &SpanContext, captured: &Arc<Captured>) {
    Routes::lock().insert(SpanKey::of(context), vec![Arc::downgrade(captured)]);
}

fn of_thread() -> Option<Route> {
    OF_THREAD
        .try_with(|captures| {
            let captures = captures.borrow();
            let mut latest_first = captures.iter().rev();
            latest_first
                .find(|capture| capture.strong_count() > 0)
                .cloned()
        })
        .ok()
        .flatten()
        .map(|capture| vec![capture])
}

/// Gives each span to its captures when it ends.
#[derive(Debug)]
pub(super) struct Router;

impl SpanProcessor for Router {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        let Some(data) = span.exported_data() else {
            return;
        };
        let key = SpanKey::of(span.span_context());
        let parent = SpanKey::of(parent.span().span_context());
        let mut routes = Routes::lock();
        let route = routes
            .of_parent(parent)
            .or_else(of_thread)
            .unwrap_or_else(|| routes.of_links(data.links.iter()));
        routes.insert(key, route.clone());
        drop(routes);
        for capture in route.iter().filter_map(Weak::upgrade) {
            capture.began(key, data.name.clone());
        }
    }

    fn on_end(&self, span: SpanData) {
        let key = SpanKey::of(&span.span_context);
        let mut routes = Routes::lock();
        let mut route = routes.by_span.get(&key).cloned().unwrap_or_default();
        if route.is_empty() {
            // Its links may have been added since it began.
            let parent = SpanKey::of_parent(&span);
            let late = routes.of_parent(parent);
            route = late.unwrap_or_else(|| routes.of_links(span.links.iter()));
            routes.insert(key, route.clone());
        }
        drop(routes);
        if route.is_empty() {
            unclaimed::keep(span);
            return;
        }
        for capture in route.iter().filter_map(Weak::upgrade) {
            capture.ended(Ended {
                key,
                data: span.clone(),
            });
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    /// Captures keep what they have.
    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
