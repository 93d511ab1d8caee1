//! Processes that share a Redis server. The test kills the server too.

mod completed;

use std::path::Path;

use linked_span::fan_in::Redis;
use linked_span_tests_stores::killed;
use linked_span_tests_stores::servers::Server;

#[test]
fn every_key_has_one_success_and_no_input_is_lost() {
    // With `everysec`, a slow disk makes the server hold back acknowledged writes, and a kill loses them.
    let mut server = Server::redis(&["--appendonly", "yes", "--appendfsync", "always"]);
    let url = server.url().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let worker = Path::new(env!("CARGO_BIN_EXE_worker"));
    let report = killed::run(worker, &url, folder.path(), || server.restart());
    println!("{report:#?}");
    let open = || Redis::open(url.as_str());
    completed::check(open, &report);
}
