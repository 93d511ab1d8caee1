//! How errors are reported. Each file of the package is a case. What compiles is in `pass`, another package.
//!
//! rustc's texts differ between releases, so the snapshots in `fail` belong to one compiler. After a change of the macros
//! or of the compiler, run `TRYBUILD=overwrite cargo test -p linked-span-tests-fail`, and read the difference. With another
//! compiler, the texts are not compared, but no case may compile.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The compiler of the snapshots.
const COMPILER: &str = "1.95";

#[test]
fn fail_cases_report_their_snapshots() {
    assert!(!cases().is_empty(), "a package without cases");
    let compiler = compiler();
    if compiler.starts_with(&format!("rustc {COMPILER}.")) {
        trybuild::TestCases::new().compile_fail("*.rs");
        return;
    }
    // A passing test does not show the text of `eprintln!`.
    let left_out = format!(
        "\nThe snapshots in tests/compile/fail are of rustc {COMPILER}, and this is {compiler}: the texts were not \
         compared. No case compiled.\n"
    );
    refuse_all();
    io::stderr()
        .write_all(left_out.as_bytes())
        .expect("an output");
}

/// Returns the files of this package's cases.
fn cases() -> Vec<PathBuf> {
    let files = fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("cases");
    let files = files.map(|file| file.expect("a case").path());
    let is_case = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "rs");
    files.filter(is_case).collect()
}

/// Where [`copies_are_refused`] finds the cases, in a process that [`refuse_all`] starts.
const COPIES: &str = "LINKED_SPAN_TESTS_COPIES";

/// Checks that no case compiles, without comparing texts.
///
/// trybuild compares texts unless it overwrites its snapshots. It therefore overwrites those of a copy, in another process,
/// because it reads that choice from the environment.
fn refuse_all() {
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-fail");
    let _ = fs::remove_dir_all(&copies);
    fs::create_dir_all(&copies).expect("a folder");
    for case in cases() {
        let name = case.file_name().expect("a name");
        fs::copy(&case, copies.join(name)).expect("a copy");
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
        .expect("a program");
    let output_text = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output_text)
    );
}

#[test]
#[ignore = "run by `fail_cases_report_their_snapshots` with another compiler"]
fn copies_are_refused() {
    let copies = PathBuf::from(env::var_os(COPIES).expect("a folder"));
    trybuild::TestCases::new().compile_fail(copies.join("*.rs"));
}

/// Returns the version text of the compiler that trybuild runs.
fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("a compiler");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
