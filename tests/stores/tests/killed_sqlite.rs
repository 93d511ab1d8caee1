//! Processes that share a file and are killed.

mod completed;

use std::path::Path;

use linked_span::fan_in::Sqlite;
use linked_span_tests_stores::killed::{self, Report};

#[test]
fn every_key_has_one_success_and_no_input_is_lost() {
    check(killed::run);
}

#[test]
fn every_list_has_one_success_with_each_element_once() {
    check(killed::run_lists);
}

fn check(run: fn(&Path, &str, &Path, fn()) -> Report) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("joins.db");
    let url = format!("sqlite:{}", file.display());
    let worker = Path::new(env!("CARGO_BIN_EXE_worker"));
    let report = run(worker, &url, folder.path(), || {});
    println!("{report:#?}");
    completed::check(|| Sqlite::open(&file), &report);
}
