//! A broker that redelivers messages that were not acknowledged.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use linked_span_examples::Failure;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::orders::Message;

pub(crate) struct Broker {
    instances: BTreeMap<&'static str, Instance>,
    unacknowledged: Option<Message>,
}

struct Instance {
    process: Child,
    messages: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Broker {
    /// Starts two instances that share the store at this URL.
    pub(crate) fn start(url: &str) -> Result<Self, Failure> {
        let instances = ["north", "south"].map(|name| Ok((name, Instance::start(name, url)?)));
        Ok(Self {
            instances: instances.into_iter().collect::<Result<_, Failure>>()?,
            unacknowledged: None,
        })
    }

    /// Delivers a message until the instance acknowledges it.
    pub(crate) async fn deliver(&mut self, to: &str, message: Message) -> Result<(), Failure> {
        loop {
            self.send(to, &message).await?;
            if self.wait_for(to, &["ack", "nack"]).await? == "ack" {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub(crate) async fn kill_while_it_packs(
        &mut self,
        name: &str,
        message: Message,
    ) -> Result<(), Failure> {
        self.send(name, &message).await?;
        self.wait_for(name, &["packs"]).await?;
        self.instance(name)?.process.kill().await?;
        self.instances.remove(name);
        println!("killed {name}");
        self.unacknowledged = Some(message);
        Ok(())
    }

    pub(crate) async fn deliver_unacknowledged(&mut self, to: &str) -> Result<(), Failure> {
        match self.unacknowledged.take() {
            Some(message) => self.deliver(to, message).await,
            None => Ok(()),
        }
    }

    /// Stops the remaining instances, and prints their spans.
    pub(crate) async fn finish(self) -> Result<(), Failure> {
        for (name, instance) in self.instances {
            let Instance {
                mut process,
                messages,
                mut output,
            } = instance;
            drop(messages);
            println!("-- The spans of {name}:");
            while let Some(line) = output.next_line().await? {
                println!("{line}");
            }
            process.wait().await?;
        }
        println!("-- The spans of the producers:");
        Ok(())
    }

    async fn send(&mut self, to: &str, message: &Message) -> Result<(), Failure> {
        let line = format!("{}\n", serde_json::to_string(message)?);
        Ok(self
            .instance(to)?
            .messages
            .write_all(line.as_bytes())
            .await?)
    }

    /// Prints the instance's output until a line starts with one of these words, and returns the word.
    async fn wait_for(&mut self, name: &str, words: &[&str]) -> Result<String, Failure> {
        while let Some(line) = self.instance(name)?.output.next_line().await? {
            println!("{name}: {line}");
            if let Some(word) = words.iter().find(|word| line.starts_with(**word)) {
                return Ok((*word).to_owned());
            }
        }
        Err(format!("{name} has ended").into())
    }

    fn instance(&mut self, name: &str) -> Result<&mut Instance, Failure> {
        let instance = self.instances.get_mut(name);
        instance.ok_or_else(|| format!("there is no {name}").into())
    }
}

impl Instance {
    fn start(name: &str, url: &str) -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([name, url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let messages = process.stdin.take().ok_or("no input")?;
        let output = process.stdout.take().ok_or("no output")?;
        Ok(Self {
            process,
            messages,
            output: BufReader::new(output).lines(),
        })
    }
}
