//! Concurrent calls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The duration of all calls, and the duration and the result of each.
pub(crate) struct Made<R> {
    pub(crate) took: Duration,
    pub(crate) calls: Vec<(Duration, R)>,
}

/// Makes a call for each element, in their order, with at most `at_once` concurrent calls.
pub(crate) async fn make<C, R, F>(
    at_once: usize,
    calls: Vec<C>,
    call: impl Fn(C) -> F + Clone + Send + 'static,
) -> Made<R>
where
    C: Send + 'static,
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let left = Arc::new(Mutex::new(calls.into_iter()));
    let next = move || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let began = Instant::now();
    let tasks: Vec<_> = (0..at_once)
        .map(|_| tokio::spawn(make_in_turn(next.clone(), call.clone())))
        .collect();
    let mut calls = Vec::new();
    for task in tasks {
        calls.extend(task.await.expect("calls that succeed"));
    }
    let took = began.elapsed();
    Made { took, calls }
}

async fn make_in_turn<C, R, F: Future<Output = R>>(
    next: impl Fn() -> Option<C>,
    call: impl Fn(C) -> F,
) -> Vec<(Duration, R)> {
    let mut made = Vec::new();
    while let Some(next) = next() {
        let began = Instant::now();
        let result = call(next).await;
        made.push((began.elapsed(), result));
    }
    made
}
