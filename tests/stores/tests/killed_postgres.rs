//! Processes that share a `PostgreSQL` server. The test kills the server too.

mod completed;

use std::path::Path;

use linked_span::fan_in::Postgres;
use linked_span_tests_stores::killed::{self, Report};
use linked_span_tests_stores::servers::Server;
use sqlx::PgPool;

#[test]
fn every_key_has_one_success_and_no_input_is_lost() {
    check(|worker, url, folder, restart| killed::run(worker, url, folder, restart));
}

#[test]
fn every_list_has_one_success_with_each_element_once() {
    check(|worker, url, folder, restart| killed::run_lists(worker, url, folder, restart));
}

fn check(run: impl FnOnce(&Path, &str, &Path, &mut dyn FnMut()) -> Report) {
    let mut server = Server::postgres(&[]);
    let url = server.url().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let worker = Path::new(env!("CARGO_BIN_EXE_worker"));
    let report = run(worker, &url, folder.path(), &mut || server.restart());
    println!("{report:#?}");
    let open = || async { Ok(Postgres::new(PgPool::connect(&url).await.unwrap())) };
    completed::check(open, &report);
}
