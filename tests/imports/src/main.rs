//! Prints the imports between the runtime's folders. It fails if an import breaks a rule, if files of the macros import
//! each other, or if CONTRIBUTING.md has another drawing.
//!
//! `update` writes the drawing into CONTRIBUTING.md. `files FOLDER` prints the files of a folder in rows.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use linked_span_tests_imports::graph::Graph;
use linked_span_tests_imports::{drawing, rules};

/// The lines around the drawing in CONTRIBUTING.md.
const BEGIN: &str = "<!-- `.ci/imports update` writes what follows. -->\n\n```text\n";
const END: &str = "```\n";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let graph = Graph::read(&root.join("runtime/src"))?;
    let picture = drawing::of_folders(&graph);
    let contributing = root.join("CONTRIBUTING.md");
    match words {
        ["files", folder] => print!("{}", drawing::of_files(&graph, folder)),
        ["update"] => write(&contributing, &picture)?,
        [] => {
            print!("{picture}");
            let mut broken = rules::check(&graph);
            let macros = Graph::read(&root.join("macros/src"))?;
            broken.extend(rules::check_circles(&macros));
            if !read(&contributing)?.contains(&format!("{BEGIN}{picture}{END}")) {
                broken.push(
                    "run `.ci/imports update`: CONTRIBUTING.md draws other imports".to_owned(),
                );
            }
            if !broken.is_empty() {
                return Err(broken.join("\n"));
            }
        }
        _ => return Err("use no word, `update`, or `files FOLDER`".to_owned()),
    }
    Ok(())
}

fn write(file: &PathBuf, picture: &str) -> Result<(), String> {
    let text = read(file)?;
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or("CONTRIBUTING.md has no place for the picture")?;
    let text = format!("{before}{BEGIN}{picture}{END}{after}");
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}
