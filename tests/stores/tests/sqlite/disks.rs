//! Disks that are full, or become read-only.
//!
//! Each is a small file system, which only root may mount: `.ci/run` does.

use std::path::Path;
use std::process::Command;

use linked_span::fan_in::{Sqlite, StoreError};
use linked_span_tests_stores::POLICY;
use linked_span_tests_stores::conformance::Worker;

use crate::full::{arrive, check, fill};

/// A file system of one megabyte.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Self {
        let disk = Self(tempfile::tempdir().unwrap());
        disk.as_root(
            "mount",
            &["-t", "tmpfs", "-o", "size=1m,mode=1777", "tmpfs"],
        );
        disk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, options: &str) {
        self.as_root("mount", &["-o", &format!("remount,{options}")]);
    }

    /// The gate runs as root, or can become root without a password.
    fn as_root(&self, program: &str, arguments: &[&str]) {
        let run = |command: &mut Command| {
            let output = command.args(arguments).arg(self.path()).output();
            output.is_ok_and(|output| output.status.success())
        };
        assert!(
            run(&mut Command::new(program)) || run(Command::new("sudo").args(["-n", program])),
            "this test mounts a small file system: run it as root"
        );
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.as_root("umount", &["-l"]);
    }
}

#[tokio::test]
async fn store_works_again_after_a_full_disk_has_room() {
    let disk = Disk::new();
    let store = Sqlite::open(disk.path().join("joins.db")).await.unwrap();
    let worker = Worker::serving(store, "ship", POLICY);
    let (mut kept, refused) = fill(&worker).await;
    assert!(kept.len() > 10, "{}", kept.len());
    for _ in 0..3 {
        assert!(arrive(&worker, &refused).await.is_err());
        check(&worker, &kept).await;
    }
    disk.remount("size=8m");
    assert!(arrive(&worker, &refused).await.is_ok());
    kept.push(refused);
    check(&worker, &kept).await;
}

#[tokio::test]
async fn disk_that_becomes_read_only_is_an_error_and_the_input_comes_back() {
    let disk = Disk::new();
    let path = disk.path().join("joins.db");
    let store = Sqlite::open(&path).await.unwrap();
    let worker = Worker::serving(store, "ship", POLICY);
    worker.waits("order", 0).await;
    let store = worker.store;
    drop(store);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    disk.remount("ro");
    let error = Sqlite::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    let error = error.to_string();
    assert!(error.contains("that the process can write to"), "{error}");
    let new = Sqlite::open(disk.path().join("new.db")).await.unwrap_err();
    assert!(matches!(new, StoreError::Misconfigured(_)), "{new:?}");
}
