//! One of the processes that share a store. It prints the duration of each task and of each call.

use std::fmt::Write;
use std::io::stdin;
use std::sync::Arc;
use std::time::Duration;

use linked_span::fan_in::{
    Change, FanInIdentity, JoinPolicy, Memory, Postgres, Redis, Settlement, Sqlite, Store, Token,
    Verdict,
};
use linked_span_tests_stores::POLICY;

use crate::at_once::{Made, make};
use crate::bare::{Bare, Nothing, Way};
use crate::calls::{Call, INPUTS, Part, Sharing, event, kept};
use crate::place;
use crate::task::Task;

const OF_THREE: JoinPolicy = POLICY.inputs(INPUTS);

struct Worker<S, B> {
    store: Arc<S>,
    bare: Option<B>,
    part: Part,
    claimed: Vec<Claimed>,
}

struct Claimed {
    key: String,
    token: Token,
}

/// Opens the store, and runs the tasks that it reads from standard input.
pub(crate) async fn work_at(url: &str, words: &[&str]) {
    let numbers: Vec<_> = words.iter().map(|word| word.parse().ok()).collect();
    let [Some(process), Some(processes), Some(at_once), Some(keys)] = numbers[..] else {
        panic!("which process, of how many, calls at once, and keys");
    };
    let of = Sharing { processes, at_once };
    let part = Part { process, of, keys };
    match url.split_once(':').expect("a scheme") {
        ("memory", _) => work(Memory::new(), None::<Nothing>, part).await,
        ("sqlite", file) => {
            let pool = place::sqlite::connect(file).await;
            work(Sqlite::new(pool.clone()), Some(pool), part).await;
        }
        ("redis+unix", _) => {
            let manager = place::redis::connect(url).await;
            let store = Redis::new(manager.clone()).await.expect("a server");
            work(store, Some(manager), part).await;
        }
        ("postgres", _) => {
            let pool = place::postgres::connect(url).await;
            work(Postgres::new(pool.clone()), Some(pool), part).await;
        }
        (scheme, _) => panic!("no store for {scheme}"),
    }
}

async fn work(store: impl Store<String> + 'static, bare: Option<impl Bare>, part: Part) {
    store.declare(FanInIdentity::new(
        "figures::Ship",
        &["a", "b", "c"],
        &["String"; 3],
    ));
    let mut worker = Worker {
        store: Arc::new(store),
        bare,
        part,
        claimed: Vec::new(),
    };
    for line in stdin().lines() {
        let line = line.expect("a line");
        let took = match Task::from_line(&line).expect("a task") {
            Task::Arrive(round) => worker.arrive(round).await,
            Task::Settle => worker.settle().await,
            Task::Keep(way, round) => worker.keep(way, round).await,
        };
        println!("{took}");
    }
}

impl<S: Store<String> + 'static, B: Bare> Worker<S, B> {
    async fn arrive(&mut self, round: u32) -> String {
        let (store, event) = (Arc::clone(&self.store), event());
        let arrived = make(self.part.of.at_once, self.part.calls(round), move |call| {
            let (store, event) = (Arc::clone(&store), event.clone());
            async move { arrive(&*store, call, event).await }
        });
        let arrived = arrived.await;
        let took = took(&arrived);
        let claimed = arrived.calls.into_iter().filter_map(|(_, claimed)| claimed);
        self.claimed.extend(claimed);
        took
    }

    async fn settle(&mut self) -> String {
        let store = Arc::clone(&self.store);
        let claimed = std::mem::take(&mut self.claimed);
        let settled = make(self.part.of.at_once, claimed, move |claimed| {
            let store = Arc::clone(&store);
            async move { settle(&*store, claimed).await }
        });
        took(&settled.await)
    }

    async fn keep(&self, way: Way, round: u32) -> String {
        let bare = self.bare.clone().expect("what keeps");
        let text: Arc<str> = kept().into();
        let made = make(
            self.part.of.at_once,
            self.part.calls(round),
            move |Call { key, input }| {
                let (bare, text) = (bare.clone(), Arc::clone(&text));
                async move { bare.keep(way, &key, input, &text).await }
            },
        );
        took(&made.await)
    }
}

/// Makes an arrival. Returns the claim if it was the last input.
async fn arrive(
    store: &impl Store<String>,
    Call { key, input }: Call,
    event: String,
) -> Option<Claimed> {
    let token = Token::random();
    let arrived = store
        .arrive(&key, &OF_THREE, input.into(), event, token)
        .await;
    let arrived = arrived.expect("an arrival");
    assert!(arrived.overdue.is_none(), "nothing is overdue");
    match arrived.verdict {
        Verdict::Waiting(_) => None,
        Verdict::Run(_) => Some(Claimed { key, token }),
        other => panic!("{other:?}"),
    }
}

async fn settle(store: &impl Store<String>, Claimed { key, token }: Claimed) {
    let settlement = Settlement::Completed;
    let settled = store.apply(&key, &OF_THREE, Change::Settle { token, settlement });
    assert!(settled.await.expect("a settlement"), "it is the holder's");
}

/// Formats durations in nanoseconds.
fn took<R>(made: &Made<R>) -> String {
    let mut line = made.took.as_nanos().to_string();
    for call in made.calls.iter().map(|(took, _)| Duration::as_nanos(took)) {
        write!(line, " {call}").expect("a string");
    }
    line
}
