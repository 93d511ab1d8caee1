//! A server that is stopped for a while, and then answers all pending calls.

use std::process::Command;
use std::time::{Duration, Instant};

use linked_span::fan_in::{Change, JoinPolicy, Redis, Settlement, Store, Token, Verdict};
use linked_span_tests_stores::servers::Server;
use linked_span_tests_stores::{POLICY, Payload};
use redis::Client;

use crate::ship::declare;

/// Longer than a call and its retries take, which is 2.3 s with the client's timeout of 500 ms.
const STOPPED: Duration = Duration::from_secs(3);

const ONE_ATTEMPT: JoinPolicy = POLICY.max_attempts(1);

async fn open(server: &Server) -> Redis {
    let client = Client::open(server.url()).unwrap();
    let manager = client.get_connection_manager().await.unwrap();
    declare(Redis::new(manager).await.unwrap())
}

async fn process_of(server: &Server) -> u32 {
    let client = Client::open(server.url()).unwrap();
    let mut manager = client.get_connection_manager().await.unwrap();
    let server: String = redis::cmd("INFO")
        .arg("server")
        .query_async(&mut manager)
        .await
        .unwrap();
    let line = server
        .lines()
        .find_map(|line| line.strip_prefix("process_id:"));
    line.unwrap().trim().parse().unwrap()
}

fn signal(signal: &str, process: u32) {
    let command = format!("kill -{signal} {process}");
    let sent = Command::new("sh").args(["-c", &command]).status();
    assert!(sent.unwrap().success(), "{command}");
}

/// Stops the server while a call is made.
async fn while_stopped<T>(server: &Server, call: impl Future<Output = T>) -> T {
    let process = process_of(server).await;
    signal("STOP", process);
    let goes_on = async {
        tokio::time::sleep(STOPPED).await;
        signal("CONT", process);
    };
    tokio::join!(call, goes_on).0
}

async fn arrive(store: &Redis, key: &str, input: u8) -> Result<Verdict<Payload>, String> {
    let payload = Payload::new(input.into());
    let arrived = store.arrive(key, &ONE_ATTEMPT, input.into(), payload, Token::random());
    let arrived = arrived.await.map_err(|rejected| rejected.error.to_string());
    arrived.map(|arrived| arrived.verdict)
}

/// The server makes the claim when it continues, and no worker receives it.
#[tokio::test]
async fn arrival_that_a_stopped_server_takes_later_does_not_hold_its_join() {
    let server = Server::redis(&[]);
    let store = open(&server).await;
    for round in 0..3 {
        let key = round.to_string();
        arrive(&store, &key, 0).await.unwrap();
        if let Ok(verdict) = while_stopped(&server, arrive(&store, &key, 1)).await {
            // The server answered the last of the call's attempts.
            assert!(matches!(verdict, Verdict::Run(_)), "{verdict:?}");
            continue;
        }
        let began = Instant::now();
        loop {
            match arrive(&store, &key, 1).await {
                Ok(Verdict::Run(claim)) => {
                    assert_eq!(claim.attempts, 1);
                    break;
                }
                Ok(Verdict::Busy { .. }) | Err(_) => {}
                other => panic!("{other:?}"),
            }
            assert!(began.elapsed() < Duration::from_secs(10), "it is held");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The same for claims of a sweep.
#[tokio::test]
async fn sweep_that_a_stopped_server_answers_later_holds_no_joins() {
    const JOINS: usize = 8;
    let server = Server::redis(&[]);
    let store = open(&server).await;
    // From now on the server knows the script. So it also runs calls whose caller has left.
    let nothing = Store::<Payload>::claim_due(&store, &ONE_ATTEMPT, Token::random(), 2).await;
    assert!(nothing.unwrap().claims.is_empty());
    for key in 0..JOINS {
        let key = key.to_string();
        arrive(&store, &key, 0).await.unwrap();
        let token = Token::random();
        let last = store.arrive(&key, &ONE_ATTEMPT, 1.into(), Payload::new(1), token);
        assert!(matches!(last.await.unwrap().verdict, Verdict::Run(_)));
        let settlement = Settlement::Released;
        let settled = Store::<Payload>::apply(
            &store,
            &key,
            &ONE_ATTEMPT,
            Change::Settle { token, settlement },
        );
        assert!(settled.await.unwrap());
    }
    let due = async |max| -> Result<usize, String> {
        let due = Store::<Payload>::claim_due(&store, &ONE_ATTEMPT, Token::random(), max).await;
        let mut ran = 0;
        for due in due.map_err(|error| error.to_string())?.claims {
            assert_eq!(due.claim.attempts, 1);
            let settlement = Settlement::Completed;
            let settled = Store::<Payload>::apply(
                &store,
                &due.key,
                &ONE_ATTEMPT,
                Change::Settle {
                    token: due.token,
                    settlement,
                },
            );
            ran += usize::from(settled.await.unwrap_or(false));
        }
        Ok(ran)
    };
    let mut ran = while_stopped(&server, due(2)).await.unwrap_or(0);
    let began = Instant::now();
    while ran < JOINS {
        ran += due(2).await.unwrap_or(0);
        assert!(began.elapsed() < Duration::from_secs(20), "{ran} ran");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
