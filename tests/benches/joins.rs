//! What a join of two in memory takes: bytes, and time an arrival.
//!
//! `joins` prints it for 1,024 and for a million keys of 36 bytes, which arrive in random order, with payloads of no
//! size, and one or two threads; `joins times` only the times.

#![expect(
    clippy::cast_precision_loss,
    reason = "nothing is counted that exactly"
)]

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use linked_span::fan_in::{Memory, Rules, Settlement, Store, Token, Verdict, ready};

const RULES: Rules = Rules {
    inputs: 2,
    timeout: 600_000,
    lease: 300_000,
    backoff: 1_000,
    // Forgotten at once, or nothing could be joined a second time.
    dedup_window: 0,
    max_attempts: u32::MAX,
};

const REMEMBERING: Rules = Rules {
    dedup_window: 86_400_000,
    ..RULES
};

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    // Of the memory that the first measurement leaves behind, the allocator makes slow pieces.
    if !std::env::args().any(|argument| argument == "times") {
        bytes();
    }
    for (keys, rounds) in [(1_024, 500), (1_000_000, 2)] {
        for threads in [1, 2] {
            times(keys, rounds, threads);
        }
    }
}

/// Keys like UUIDs, in no order.
fn keys(count: u64) -> Vec<String> {
    let key = |number: u64| {
        let (high, low) = (number.wrapping_mul(0x9E37_79B9_7F4A_7C15), number);
        format!(
            "{:08x}-{:04x}-4000-8000-{low:012x}",
            high >> 32,
            high & 0xFFFF
        )
    };
    let mut keys: Vec<_> = (0..count).map(key).collect();
    keys.sort_unstable();
    keys
}

fn bytes() {
    let keys = keys(1_000_000);
    let store = Memory::new();
    let before = resident();
    for key in &keys {
        arrive(&store, &RULES, key, 0, Token(0));
    }
    let open = resident();
    for key in &keys {
        arrive(&store, &REMEMBERING, key, 1, Token(0));
        settle(&store, &REMEMBERING, key, Token(0));
    }
    let count = keys.len();
    println!("bytes a join, open: {}", (open - before) / count);
    println!(
        "bytes a join, completed, at most: {}",
        (resident() - before) / count
    );
    black_box(store);
}

fn times(count: u64, rounds: u32, threads: usize) {
    let keys = keys(count);
    let store = Memory::new();
    let part = keys.len() / threads;
    let spent: Vec<[f64; 3]> = thread::scope(|scope| {
        let workers: Vec<_> = keys
            .chunks(part)
            .map(|keys| scope.spawn(|| work(&store, keys, rounds)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    let mean = |step: usize| spent.iter().map(|spent| spent[step]).sum::<f64>() / threads as f64;
    println!(
        "{count} keys, {threads} threads: ns to open {:.0}, to complete {:.0}, to settle {:.0}",
        mean(0),
        mean(1),
        mean(2)
    );
}

fn work(store: &Memory<()>, keys: &[String], rounds: u32) -> [f64; 3] {
    let mut spent = [0.0; 3];
    let mut tokens = vec![Token(0); keys.len()];
    for _ in 0..rounds {
        let begin = Instant::now();
        for key in keys {
            arrive(store, &RULES, key, 0, Token::random());
        }
        spent[0] += begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        for (key, token) in keys.iter().zip(&mut tokens) {
            *token = Token::random();
            arrive(store, &RULES, key, 1, *token);
        }
        spent[1] += begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        for (key, token) in keys.iter().zip(&tokens) {
            settle(store, &RULES, key, *token);
        }
        spent[2] += begin.elapsed().as_secs_f64();
    }
    spent.map(|seconds| seconds * 1e9 / keys.len() as f64 / f64::from(rounds))
}

fn arrive(store: &Memory<()>, rules: &Rules, key: &str, input: u8, token: Token) {
    let arrived = ready(store.arrive(key, rules, input, (), token)).unwrap();
    match (input, &arrived.verdict) {
        (0, Verdict::Waiting(_)) | (1, Verdict::Run(_)) => drop(black_box(arrived)),
        other => panic!("{other:?}"),
    }
}

fn settle(store: &Memory<()>, rules: &Rules, key: &str, token: Token) {
    assert!(
        ready(Store::<()>::settle(
            store,
            key,
            rules,
            token,
            Settlement::Completed
        ))
        .unwrap()
    );
}

/// The process's resident memory.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4_096
}
