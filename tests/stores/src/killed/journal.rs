//! The bodies' effects, in files that survive their processes.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::process::Workers;

/// Files to which all workers append.
#[derive(Debug)]
pub struct Journal {
    bodies: PathBuf,
    recorded: PathBuf,
    refused: PathBuf,
}

/// A body that ran.
#[derive(Debug)]
pub(super) struct Body {
    key: String,
    process: u32,
    /// The elements of the list, in the order that the body saw.
    elements: Vec<u8>,
}

/// How many bodies ran again, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Repeats {
    /// The process of the earlier body died before its success was recorded.
    pub died: usize,
    /// The process of the earlier body was stopped for longer than the lease.
    pub stopped: usize,
    /// The store did not confirm the earlier success: it was restarted, or too busy.
    pub unrecorded: usize,
}

impl Journal {
    /// Creates a journal in this folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            bodies: folder.join("bodies"),
            recorded: folder.join("recorded"),
            refused: folder.join("refused"),
        }
    }

    /// Records that a body ran in this process with these elements. The record is on the disk when this returns.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn ran(&self, key: &str, elements: &[u8]) {
        let mut file = append(&self.bodies);
        let elements: Vec<_> = elements.iter().map(u8::to_string).collect();
        let line = format!("{key} {} {}\n", std::process::id(), elements.join(","));
        file.write_all(line.as_bytes()).expect("a line");
        file.sync_data().expect("a disk");
    }

    /// Records that the store confirmed the success.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn was_recorded(&self, key: &str) {
        let mut file = append(&self.recorded);
        file.write_all(format!("{key}\n").as_bytes())
            .expect("a line");
    }

    /// Records that the store refused the success.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn was_refused(&self, key: &str) {
        let mut file = append(&self.refused);
        file.write_all(format!("{key}\n").as_bytes())
            .expect("a line");
    }

    pub(super) fn bodies(&self) -> Vec<Body> {
        let bodies = std::fs::read_to_string(&self.bodies).expect("a journal");
        let body = |line: &str| {
            let mut words = line.split(' ');
            let [key, process, elements] = [(); 3].map(|()| words.next().expect("a word"));
            let elements = elements.split_terminator(',');
            Body {
                key: key.to_owned(),
                process: process.parse().expect("a process"),
                elements: elements
                    .map(|element| element.parse().expect("a number"))
                    .collect(),
            }
        };
        bodies.lines().map(body).collect()
    }

    /// Asserts that each body had each of these elements once, and that all bodies of a join had them in one order.
    pub(super) fn assert_elements(&self, elements: std::ops::RangeInclusive<u8>) {
        let mut first = BTreeMap::new();
        for body in self.bodies() {
            let mut sorted = body.elements.clone();
            sorted.sort_unstable();
            assert!(sorted.iter().copied().eq(elements.clone()), "{body:?}");
            let before = first
                .entry(body.key.clone())
                .or_insert(body.elements.clone());
            assert_eq!(*before, body.elements, "{body:?}");
        }
    }

    pub(super) fn keys(&self) -> usize {
        self.by_key().len()
    }

    pub(super) fn refused(&self) -> usize {
        let refused = std::fs::read_to_string(&self.refused).unwrap_or_default();
        refused.lines().count()
    }

    pub(super) fn recorded_twice(&self) -> Vec<String> {
        let recorded = std::fs::read_to_string(&self.recorded).expect("successes");
        let mut keys: Vec<_> = recorded.lines().collect();
        keys.sort_unstable();
        let twice = keys.windows(2).filter(|pair| pair[0] == pair[1]);
        twice.map(|pair| pair[0].to_owned()).collect()
    }

    pub(super) fn repeats(&self, workers: &Workers) -> Repeats {
        let mut repeats = Repeats::default();
        for processes in self.by_key().values() {
            for &before in &processes[..processes.len() - 1] {
                *if workers.was_stopped(before) {
                    &mut repeats.stopped
                } else if workers.has_died(before) {
                    &mut repeats.died
                } else {
                    &mut repeats.unrecorded
                } += 1;
            }
        }
        repeats
    }

    fn by_key(&self) -> BTreeMap<String, Vec<u32>> {
        let mut by_key = BTreeMap::<_, Vec<_>>::new();
        for body in self.bodies() {
            by_key.entry(body.key).or_default().push(body.process);
        }
        by_key
    }
}

fn append(path: &Path) -> File {
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.expect("a journal")
}
