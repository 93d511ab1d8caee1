//! Worker processes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Joins;
use super::broker::Message;
use super::random::Random;

/// The average number of calls until a worker exits.
const CALLS: &str = "1000";

/// A line that a worker printed, or `None` at its end.
type Line = (u32, Option<String>);

/// The result of a delivery.
pub(super) enum Heard {
    Acknowledged,
    Again(Message),
    Died(Vec<Message>),
}

pub(super) struct Workers {
    program: PathBuf,
    url: String,
    folder: PathBuf,
    joins: Joins,
    at_work: Vec<Worker>,
    said: Receiver<Line>,
    sayer: Sender<Line>,
    killed: Vec<u32>,
    died: Vec<u32>,
    stopped: Vec<u32>,
}

struct Worker {
    process: Child,
    input: ChildStdin,
    /// Unacknowledged messages by the number of their delivery.
    in_hand: BTreeMap<u64, Message>,
    next: u64,
    /// When the worker continues.
    stopped: Option<Instant>,
}

impl Workers {
    pub(super) fn new(program: &Path, url: &str, folder: &Path, joins: Joins) -> Self {
        let (sayer, said) = channel();
        Self {
            program: program.to_owned(),
            url: url.to_owned(),
            folder: folder.to_owned(),
            joins,
            at_work: Vec::new(),
            said,
            sayer,
            killed: Vec::new(),
            died: Vec::new(),
            stopped: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.at_work.len()
    }

    pub(super) fn in_hand(&self, place: usize) -> usize {
        self.at_work[place].in_hand.len()
    }

    pub(super) fn start(&mut self, place: usize) {
        let mut process = Command::new(&self.program)
            .arg(&self.url)
            .arg(&self.folder)
            .arg(self.joins.word())
            .arg(CALLS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a worker");
        let (id, sayer) = (process.id(), self.sayer.clone());
        let output = process.stdout.take().expect("its output");
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sayer.send((id, Some(line)));
            }
            let _ = sayer.send((id, None));
        });
        let worker = Worker {
            input: process.stdin.take().expect("its input"),
            process,
            in_hand: BTreeMap::new(),
            next: 0,
            stopped: None,
        };
        if place < self.at_work.len() {
            self.at_work[place] = worker;
        } else {
            self.at_work.push(worker);
        }
    }

    /// Sends a message to a worker. A worker that has died does not take it; `hear` reports that later.
    pub(super) fn send(&mut self, place: usize, message: Message) {
        let worker = &mut self.at_work[place];
        let number = worker.next;
        worker.next += 1;
        let _ = writeln!(worker.input, "{number} {} {}", message.key, message.input);
        worker.in_hand.insert(number, message);
    }

    /// Returns the new results of deliveries. It waits at most this long for the first one.
    pub(super) fn hear(&mut self, wait: Duration) -> Vec<Heard> {
        let first = self.said.recv_timeout(wait).ok();
        let lines: Vec<_> = first.into_iter().chain(self.said.try_iter()).collect();
        let heard = lines
            .into_iter()
            .filter_map(|(id, line)| self.one_heard(id, line));
        heard.collect()
    }

    fn one_heard(&mut self, id: u32, line: Option<String>) -> Option<Heard> {
        let is_it = |worker: &Worker| worker.process.id() == id;
        let place = self.at_work.iter().position(is_it)?;
        let Some(line) = line else {
            return Some(self.bury(place));
        };
        let (number, word) = line.split_once(' ').expect("a number and a word");
        let number: u64 = number.parse().expect("a number");
        let message = self.at_work[place].in_hand.remove(&number);
        let message = message.expect("a delivery");
        Some(match word {
            "ack" => Heard::Acknowledged,
            "retry" => Heard::Again(message),
            _ => panic!("{message:?} should not be told: {word}"),
        })
    }

    fn bury(&mut self, place: usize) -> Heard {
        let worker = &mut self.at_work[place];
        let id = worker.process.id();
        let _ = worker.process.kill();
        worker.process.wait().expect("its end");
        let in_hand = std::mem::take(&mut worker.in_hand);
        if !self.killed.contains(&id) {
            self.died.push(id);
        }
        self.start(place);
        Heard::Died(in_hand.into_values().collect())
    }

    /// Kills or stops one worker, and continues the workers whose stop is over.
    pub(super) fn strike(&mut self, stopped: Duration, random: &mut Random) {
        let now = Instant::now();
        for worker in &mut self.at_work {
            if worker.stopped.is_some_and(|until| until <= now) {
                signal("CONT", worker.process.id());
                worker.stopped = None;
            }
        }
        let awake = self
            .at_work
            .iter_mut()
            .filter(|worker| worker.stopped.is_none());
        let mut awake: Vec<_> = awake.collect();
        let worker = awake.swap_remove(random.below(awake.len()));
        let id = worker.process.id();
        // One strike in four stops a worker. Its messages wait for it, but the other workers must make progress.
        let strikes = self.stopped.len() + self.killed.len();
        if strikes.is_multiple_of(4) {
            signal("STOP", id);
            worker.stopped = Some(now + stopped);
            self.stopped.push(id);
        } else {
            self.killed.push(id);
            worker.process.kill().expect("a process to kill");
        }
    }

    /// Lets the workers run to their end.
    pub(super) fn finish(&mut self) {
        for mut worker in self.at_work.drain(..) {
            signal("CONT", worker.process.id());
            drop(worker.input);
            worker.process.wait().expect("its end");
        }
    }

    /// Returns how many workers were killed, have exited, and were stopped.
    pub(super) fn struck(&self) -> (u32, u32, u32) {
        let count = |ids: &Vec<u32>| u32::try_from(ids.len()).unwrap_or(u32::MAX);
        (count(&self.killed), count(&self.died), count(&self.stopped))
    }

    pub(super) fn has_died(&self, id: u32) -> bool {
        self.killed.contains(&id) || self.died.contains(&id)
    }

    pub(super) fn was_stopped(&self, id: u32) -> bool {
        self.stopped.contains(&id)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for worker in &mut self.at_work {
            let _ = worker.process.kill();
            let _ = worker.process.wait();
        }
    }
}

fn signal(signal: &str, process: u32) {
    let command = format!("kill -{signal} {process}");
    let sent = Command::new("sh").args(["-c", &command]).status();
    assert!(sent.expect("a shell").success(), "{command}");
}
