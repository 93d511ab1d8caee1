//! Waiting until a join has settled.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use allocation_counter::measure;
use linked_span::fan_in::{Memory, Settlement, Token, Verdict, Work};
use linked_span_tests::Time;

use crate::{Joins, POLICY};

/// Counts its wakes. Its reference count shows how many wakers are left.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A task as a future sees it.
struct Task {
    woken: Arc<Woken>,
    waker: Waker,
}

impl Task {
    fn new() -> Self {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        Self { woken, waker }
    }

    fn poll(&self, future: std::pin::Pin<&mut impl Future<Output = ()>>) -> Poll<()> {
        future.poll(&mut Context::from_waker(&self.waker))
    }

    fn woken(&self) -> usize {
        self.woken.0.load(Ordering::SeqCst)
    }

    /// Returns how many wakers the store keeps.
    fn kept(&self) -> usize {
        Arc::strong_count(&self.woken) - 2
    }
}

fn joins(time: &Time) -> Joins<()> {
    Joins {
        memory: time.of(Memory::new().shards(2)),
        policy: POLICY,
    }
}

fn complete(joins: &Joins<()>, key: &str) -> Token {
    for input in 0..POLICY.inputs {
        let token = Token::random();
        let arrived = joins.arrive(key, input, (), token).unwrap();
        if let Verdict::Run(_) = arrived.verdict {
            return token;
        }
    }
    panic!("all have come")
}

fn assert_settled(joins: &Joins<()>, key: &str) {
    let task = Task::new();
    assert!(task.poll(pin!(joins.memory.settled(key))).is_ready());
    assert_eq!(task.kept(), 0);
}

#[test]
fn settled_returns_for_absent_and_ended_joins() {
    let time = Time::default();
    let joins = joins(&time);
    assert_settled(&joins, "absent");

    let token = complete(&joins, "completed");
    assert!(joins.settle("completed", token, Settlement::Completed));
    assert_settled(&joins, "completed");

    joins.arrive("expired", 0, (), Token::random()).unwrap();
    time.pass(POLICY.timeout);
    for due in joins.due(Token::random(), 1) {
        assert!(joins.settle(&due.key, due.token, Settlement::ExpiryDelivered));
    }
    assert_settled(&joins, "expired");

    // The window has passed, and no call has removed the join yet.
    time.pass(POLICY.dedup_window);
    assert_settled(&joins, "completed");
    assert_settled(&joins, "expired");
}

#[test]
fn settled_is_woken_only_by_the_end() {
    let time = Time::default();
    let joins = joins(&time);
    let task = Task::new();
    joins.arrive("order", 0, (), Token::random()).unwrap();
    let mut settled = pin!(joins.memory.settled("order"));
    assert!(task.poll(settled.as_mut()).is_pending());

    let token = complete(&joins, "order");
    assert!(joins.renew("order", token));
    assert!(joins.settle("order", token, Settlement::Failed));
    assert!(task.poll(settled.as_mut()).is_pending());
    time.pass(POLICY.backoff);
    let due = joins.due(token, 1);
    assert_eq!(due[0].claim.work, Work::Run);
    let another = complete(&joins, "another");
    assert!(joins.settle("another", another, Settlement::Completed));
    assert_eq!(task.woken(), 0);

    assert!(joins.settle("order", token, Settlement::Completed));
    assert_eq!((task.woken(), task.kept()), (1, 0));
    assert!(task.poll(settled).is_ready());
}

#[test]
fn settled_is_woken_by_a_delivery_and_not_by_the_deadline() {
    let time = Time::default();
    let joins = joins(&time);
    let task = Task::new();
    joins.arrive("order", 0, (), Token::random()).unwrap();
    let mut settled = pin!(joins.memory.settled("order"));
    assert!(task.poll(settled.as_mut()).is_pending());
    time.pass(POLICY.timeout);
    assert!(task.poll(settled.as_mut()).is_pending());

    let token = joins.due(Token::random(), 1)[0].token;
    assert!(joins.settle("order", token, Settlement::ExpiryFailed));
    time.pass(POLICY.backoff);
    let token = joins.due(Token::random(), 1)[0].token;
    assert_eq!(task.woken(), 0);

    // A claim that is dropped may settle too.
    let Joins { memory, policy } = &joins;
    linked_span::fan_in::Store::<()>::release(
        memory,
        "order",
        policy,
        token,
        Settlement::ExpiryDelivered,
    );
    assert_eq!(task.woken(), 1);
    assert!(task.poll(settled).is_ready());
}

#[test]
fn settled_is_woken_by_forget_and_not_by_parking() {
    let time = Time::default();
    let joins = joins(&time);
    let task = Task::new();
    let token = complete(&joins, "order");
    let mut settled = pin!(joins.memory.settled("order"));
    assert!(task.poll(settled.as_mut()).is_pending());
    assert!(joins.settle("order", token, Settlement::Undecodable));
    assert!(joins.retry("order"));
    assert!(task.poll(settled.as_mut()).is_pending());
    assert_eq!(task.woken(), 0);

    assert!(joins.forget("order"));
    assert_eq!((task.woken(), task.kept()), (1, 0));
    assert!(task.poll(settled).is_ready());
}

/// The waiter is done even if the join was removed and the key has a new join before the next poll.
#[test]
fn settled_does_not_wait_for_the_next_join() {
    let time = Time::default();
    let joins = joins(&time);
    let [early, late] = [Task::new(), Task::new()];
    joins.arrive("order", 0, (), Token::random()).unwrap();
    let mut first = pin!(joins.memory.settled("order"));
    assert!(early.poll(first.as_mut()).is_pending());
    let token = complete(&joins, "order");
    assert!(joins.settle("order", token, Settlement::Completed));

    time.pass(POLICY.dedup_window);
    joins.arrive("order", 0, (), Token::random()).unwrap();
    let mut second = pin!(joins.memory.settled("order"));
    assert!(late.poll(second.as_mut()).is_pending());
    assert!(early.poll(first).is_ready());
    assert_eq!((early.woken(), late.woken()), (1, 0));
    assert!(late.poll(second).is_pending());
}

#[test]
fn settled_wakes_the_last_waker() {
    let time = Time::default();
    let joins = joins(&time);
    let [first, second] = [Task::new(), Task::new()];
    joins.arrive("order", 0, (), Token::random()).unwrap();
    let mut settled = pin!(joins.memory.settled("order"));
    assert!(first.poll(settled.as_mut()).is_pending());
    assert!(second.poll(settled.as_mut()).is_pending());
    assert_eq!((first.kept(), second.kept()), (0, 1));

    let token = complete(&joins, "order");
    assert!(joins.settle("order", token, Settlement::Completed));
    assert_eq!((first.woken(), second.woken()), (0, 1));
    assert!(second.poll(settled).is_ready());
}

#[test]
fn settled_wakes_all_waiters_except_dropped_ones() {
    let time = Time::default();
    let joins = joins(&time);
    let task = Task::new();
    joins.arrive("order", 0, (), Token::random()).unwrap();
    let mut all: Vec<_> = (0..1_000)
        .map(|_| Some(Box::pin(joins.memory.settled("order"))))
        .collect();
    for future in all.iter_mut().flatten() {
        assert!(task.poll(future.as_mut()).is_pending());
    }
    assert_eq!(task.kept(), 1_000);
    for left in all.iter_mut().step_by(4) {
        *left = None;
    }
    assert_eq!(task.kept(), 750);

    let token = complete(&joins, "order");
    assert!(joins.settle("order", token, Settlement::Completed));
    assert_eq!((task.woken(), task.kept()), (750, 0));
    for future in all.iter_mut().flatten() {
        assert!(task.poll(future.as_mut()).is_ready());
    }
}

#[test]
fn dropped_waiters_leave_no_memory() {
    let time = Time::default();
    let joins = joins(&time);
    let keys: Vec<_> = (0..1_000).map(|number| number.to_string()).collect();
    for key in &keys {
        joins.arrive(key, 0, (), Token::random()).unwrap();
    }
    let task = Task::new();
    let taken = measure(|| {
        let mut all: Vec<_> = keys
            .iter()
            .map(|key| Box::pin(joins.memory.settled(key)))
            .collect();
        for future in &mut all {
            assert!(task.poll(future.as_mut()).is_pending());
        }
        assert_eq!(task.kept(), keys.len());
    });
    assert!(taken.count_total > 2_000, "{taken:?}");
    assert_eq!((task.kept(), taken.bytes_current), (0, 0), "{taken:?}");
}

#[test]
fn settled_future_is_send() {
    fn is_send(_: &impl Send) {}

    let joins = joins(&Time::default());
    is_send(&joins.memory.settled("order"));
}
