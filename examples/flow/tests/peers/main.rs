//! The program with its peers: a browser, a collector, and a service in another language.
//!
//! `.ci/peers` installs them.

mod browser;
mod collector;
mod python;
#[path = "../flow/server.rs"]
#[allow(dead_code)]
mod server;
mod webdriver;

use std::path::PathBuf;

/// Returns a program that `.ci/peers` installed from Python's registry.
fn installed(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/peers")
        .join(name);
    assert!(
        path.exists(),
        "{} is missing: run .ci/peers",
        path.display()
    );
    path
}
