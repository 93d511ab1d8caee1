//! What compiles, and how every mistake is reported: one file a case, in `pass` and in `fail`. What is in `pass` runs too,
//! and asks whether each body ran inside of its span.
//!
//! The compiler's words change from release to release, so the snapshots in `fail` belong to one of them. After a
//! change of ours, or for another compiler, write them anew with `TRYBUILD=overwrite cargo test --test compile`, and
//! read the difference.

use std::process::Command;

/// What wrote the snapshots.
const COMPILER: &str = "1.95";

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("compile/pass/*.rs");
}

#[test]
fn what_is_wrong_is_reported_where_it_is() {
    let compiler = compiler();
    assert!(
        compiler.starts_with(&format!("rustc {COMPILER}.")),
        "the snapshots in tests/compile/fail were written by rustc {COMPILER}, and {compiler} says things \
         differently: run `cargo +{COMPILER} test --test compile`, or overwrite them and change `COMPILER`"
    );
    trybuild::TestCases::new().compile_fail("compile/fail/*.rs");
}

/// The compiler that trybuild runs, as it calls itself.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("a compiler that can be run");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
