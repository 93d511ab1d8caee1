//! What compiles, and how every mistake is reported: one file a case, in `pass` and in `fail`. What is in `pass` runs too,
//! and asks whether each body ran inside of its span.
//!
//! The compiler's words change from release to release, so the snapshots in `fail` belong to one of them. After a
//! change, or for another compiler, rewrite them with `TRYBUILD=overwrite cargo test --test compile`, and
//! read the difference. With another compiler the words are not compared: each case must still be refused.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What wrote the snapshots.
const COMPILER: &str = "1.95";

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("compile/pass/*.rs");
}

#[test]
fn what_is_wrong_is_reported_where_it_is() {
    let compiler = compiler();
    if compiler.starts_with(&format!("rustc {COMPILER}.")) {
        trybuild::TestCases::new().compile_fail("compile/fail/*.rs");
        return;
    }
    // Not with `eprintln!`, whose text a test that passes does not show.
    let left_out = format!(
        "\nThe snapshots in tests/compile/fail are of rustc {COMPILER}, and this is {compiler}: the compiler's words \
         were left out of the comparison. Each case was still refused.\n"
    );
    refuse_all();
    io::stderr()
        .write_all(left_out.as_bytes())
        .expect("an output");
}

/// Where [`copies_are_refused`] finds the cases, in a process that [`refuse_all`] starts.
const COPIES: &str = "LINKED_SPAN_TESTS_COPIES";

/// Checks that no case compiles, and not what the compiler says of it.
///
/// trybuild compares words unless it overwrites its snapshots. So it overwrites those of a copy, in another process,
/// since it reads that choice from the environment.
fn refuse_all() {
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-fail");
    let _ = fs::remove_dir_all(&copies);
    fs::create_dir_all(&copies).expect("a folder");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("compile/fail");
    for case in fs::read_dir(cases).expect("cases") {
        let case = case.expect("a case").path();
        if case.extension().is_some_and(|extension| extension == "rs") {
            let name = case.file_name().expect("a name");
            fs::copy(&case, copies.join(name)).expect("a copy");
        }
    }
    let output = Command::new(env::current_exe().expect("a program"))
        .args([
            "--exact",
            "copies_are_refused",
            "--include-ignored",
            "--nocapture",
        ])
        .env("TRYBUILD", "overwrite")
        .env(COPIES, &copies)
        .output()
        .expect("a program that can be run");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
#[ignore = "run by `what_is_wrong_is_reported_where_it_is` with another compiler"]
fn copies_are_refused() {
    let copies = PathBuf::from(env::var_os(COPIES).expect("a folder"));
    trybuild::TestCases::new().compile_fail(copies.join("*.rs"));
}

/// The compiler that trybuild runs, as it calls itself.
fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("a compiler that can be run");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
