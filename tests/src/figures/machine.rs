//! The machine and the versions of what was measured.

use std::process::Command;
use std::{fs, thread};

const LOCKED: &str = include_str!("../../../Cargo.lock");

/// Returns the processor, the compiler, and the versions of these crates.
#[must_use]
pub fn describe(crates: &[&str]) -> String {
    let versions: Vec<_> = crates
        .iter()
        .map(|name| format!("{name} {}", version(name)))
        .collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{}, {threads} threads; {}; {}",
        processor(),
        compiler(),
        versions.join(", ")
    )
}

fn processor() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processors.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        (field.trim() == "model name").then(|| value.trim().to_owned())
    });
    name.unwrap_or_else(|| "a processor without a name".to_owned())
}

fn compiler() -> String {
    let rustc = Command::new("rustc").arg("--version").output();
    let version = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    version.unwrap_or_else(|error| error.to_string())
}

fn version(name: &str) -> &'static str {
    let begin = format!("name = \"{name}\"");
    let mut lines = LOCKED.lines().skip_while(|line| *line != begin);
    let version = lines.nth(1).and_then(|line| line.split('"').nth(1));
    version.unwrap_or("of no known version")
}
