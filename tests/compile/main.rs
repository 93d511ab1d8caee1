//! How errors are reported. Each file of the package is a case. What compiles is in `pass`, another package.
//!
//! rustc's texts differ between releases, so the snapshots in `fail` belong to one compiler. After a change of the macros
//! or of the compiler, run `TRYBUILD=overwrite cargo test -p linked-span-tests-fail`, and read the difference. With another
//! compiler, the texts are not compared, but no case may compile.

use std::ffi::OsStr;
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
        print!("{}", run_with_flags("snapshots_are_reported", []));
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
    run_with_flags(
        "copies_are_refused",
        [
            ("TRYBUILD", "overwrite".as_ref()),
            (COPIES, copies.as_ref()),
        ],
    );
}

/// trybuild's flags of rustc for the cases.
///
/// trybuild checks the dependencies without the last one, and once more with all of them. Cargo prefers the environment's
/// flags, which are the same both times, so it checks the dependencies once.
const FLAGS: [&str; 4] = [
    "--cfg=trybuild",
    "--verbose",
    "-Adead_code",
    "--diagnostic-width=140",
];

/// Runs an ignored test of this program, in a process of its own that has these variables too. Returns what it prints.
fn run_with_flags<const N: usize>(test: &str, variables: [(&str, &OsStr); N]) -> String {
    let filter = env::args().filter(|argument| argument.starts_with("trybuild="));
    let output = Command::new(env::current_exe().expect("a program"))
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .args(filter)
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
        .envs(variables)
        .output()
        .expect("a program");
    let bytes = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&bytes).into_owned();
    let has_run = printed.contains("\ntest result: ok. 1 passed");
    assert!(output.status.success() && has_run, "{printed}");
    printed
}

#[test]
#[ignore = "run by `fail_cases_report_their_snapshots` with the snapshots' compiler"]
fn snapshots_are_reported() {
    trybuild::TestCases::new().compile_fail("*.rs");
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
