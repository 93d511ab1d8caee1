//! Processes that share a file and are killed.

mod completed;

use std::path::Path;

use linked_span::fan_in::Sqlite;
use linked_span_tests_stores::killed;

#[test]
fn every_key_has_one_success_and_no_input_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("joins.db");
    let url = format!("sqlite:{}", file.display());
    let worker = Path::new(env!("CARGO_BIN_EXE_worker"));
    let report = killed::run(worker, &url, folder.path(), || {});
    println!("{report:#?}");
    completed::check(|| Sqlite::open(&file), &report);
}
