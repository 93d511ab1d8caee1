//! Processes that share a store. Each runs this program.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::calls::Sharing;
use crate::place::Place;
use crate::task::Task;

pub(crate) struct Processes(Vec<Process>);

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// The duration of a task in microseconds.
pub(crate) struct Took {
    /// From the start until the last process was done.
    pub(crate) all: f64,
    pub(crate) each: Vec<f64>,
}

impl Processes {
    pub(crate) fn start(place: &Place, sharing: Sharing) -> Self {
        let Sharing { processes, at_once } = sharing;
        let numbers = |process| [process, processes, at_once, place.keys()];
        let start = |process| Process::start(&place.url(), &numbers(process));
        Self((0..processes).map(start).collect())
    }

    /// Makes all processes run a task at the same time.
    pub(crate) fn tell(&mut self, task: Task) -> Took {
        let line = task.to_line();
        for process in &mut self.0 {
            writeln!(process.input, "{line}").expect("a process that listens");
        }
        let mut took = Took {
            all: 0.0,
            each: Vec::new(),
        };
        for process in &mut self.0 {
            let microseconds = process.hear();
            let (all, each) = microseconds.split_first().expect("what it has taken");
            took.all = took.all.max(*all);
            took.each.extend(each);
        }
        took
    }

    pub(crate) fn finish(self) {
        for mut process in self.0 {
            drop(process.input);
            let status = process.child.wait().expect("its end");
            assert!(status.success(), "{status}");
        }
    }
}

impl Process {
    fn start(url: &str, numbers: &[usize]) -> Self {
        let mut child = Command::new(env::current_exe().expect("a path"))
            .args(["--bench", "process", url])
            .args(numbers.iter().map(usize::to_string))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        Self {
            input: child.stdin.take().expect("its input"),
            output: BufReader::new(child.stdout.take().expect("its output")),
            child,
        }
    }

    fn hear(&mut self) -> Vec<f64> {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        let numbers = line.split_whitespace().map(str::parse::<f64>);
        numbers
            .map(|nanoseconds| nanoseconds.expect("a number") / 1e3)
            .collect()
    }
}
