//! A clock that wakes tasks of any executor: one thread, which starts at the first wait.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::shield::shielded;

/// When a task is woken, and a number that no other timer has.
type Place = (Instant, u64);

static WAITING: Waiting = Waiting {
    tasks: Mutex::new(Tasks {
        by_time: BTreeMap::new(),
        next: 0,
        has_thread: false,
    }),
    changed: Condvar::new(),
};

struct Waiting {
    tasks: Mutex<Tasks>,
    changed: Condvar,
}

struct Tasks {
    by_time: BTreeMap<Place, Waker>,
    next: u64,
    has_thread: bool,
}

/// A future that is ready once its time is over.
pub(crate) struct Timer {
    /// `None`, if the time is later than the clock can tell.
    until: Option<Instant>,
    place: Option<Place>,
}

impl Timer {
    pub(crate) fn after(span: Duration) -> Self {
        Self {
            until: Instant::now().checked_add(span),
            place: None,
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let Some(until) = self.until else {
            return Poll::Pending;
        };
        if until <= Instant::now() {
            return Poll::Ready(());
        }
        // Wakers are code of the user's: none is cloned, woken or dropped under the lock.
        let waker = task.waker().clone();
        let (place, _useless) = WAITING.put(self.place, until, waker);
        self.place = Some(place);
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let useless = WAITING.lock().by_time.remove(&place);
            drop(useless);
        }
    }
}

impl Waiting {
    fn put(&self, place: Option<Place>, until: Instant, waker: Waker) -> (Place, Option<Waker>) {
        let mut tasks = self.lock();
        let place = place.unwrap_or((until, tasks.next));
        tasks.next += 1;
        let is_first = tasks
            .by_time
            .keys()
            .next()
            .is_none_or(|first| place < *first);
        let useless = tasks.by_time.insert(place, waker);
        if !tasks.has_thread {
            let begun = thread::Builder::new().name("linked-span timer".to_owned());
            // Where no thread can start, the next wait tries again.
            tasks.has_thread = begun.spawn(|| WAITING.wake_each()).is_ok();
        } else if is_first {
            self.changed.notify_one();
        }
        (place, useless)
    }

    fn wake_each(&self) {
        loop {
            let waker = self.next_waker();
            shielded(|| waker.wake());
        }
    }

    /// Waits until a task is due.
    fn next_waker(&self) -> Waker {
        let mut tasks = self.lock();
        loop {
            let now = Instant::now();
            match tasks.by_time.first_entry() {
                Some(first) if first.key().0 <= now => return first.remove(),
                Some(first) => {
                    let rest = first.key().0 - now;
                    let waited = self.changed.wait_timeout(tasks, rest);
                    tasks = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => {
                    let waited = self.changed.wait(tasks);
                    tasks = waited.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    struct Woken(AtomicUsize, thread::Thread);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
            self.1.unpark();
        }
    }

    #[test]
    fn timer_wakes_its_task_once_its_time_is_over() {
        let woken = Arc::new(Woken(AtomicUsize::new(0), thread::current()));
        let waker = Waker::from(Arc::clone(&woken));
        let began = Instant::now();
        let mut later = Box::pin(Timer::after(Duration::from_mins(1)));
        let mut timer = Box::pin(Timer::after(Duration::from_millis(20)));
        let mut context = Context::from_waker(&waker);
        assert!(later.as_mut().poll(&mut context).is_pending());
        while timer.as_mut().poll(&mut context).is_pending() {
            thread::park_timeout(Duration::from_secs(20));
        }
        assert!((20..10_000).contains(&began.elapsed().as_millis()));
        assert_eq!(woken.0.load(Ordering::SeqCst), 1);
        drop(later);
        let tasks = WAITING.lock();
        assert!(
            tasks
                .by_time
                .keys()
                .all(|(until, _)| *until < began + Duration::from_secs(50))
        );
    }

    #[test]
    fn timer_beyond_the_clock_never_ends() {
        let timer = std::pin::pin!(Timer::after(Duration::MAX));
        let mut context = Context::from_waker(Waker::noop());
        assert!(timer.poll(&mut context).is_pending());
    }
}
