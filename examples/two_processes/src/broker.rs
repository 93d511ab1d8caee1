//! A broker that delivers again what was not acknowledged.

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
    says: Lines<BufReader<ChildStdout>>,
}

impl Broker {
    /// With two instances that join over this.
    pub(crate) fn start(url: &str) -> Result<Self, Failure> {
        let instances = ["north", "south"].map(|name| Ok((name, Instance::start(name, url)?)));
        Ok(Self {
            instances: instances.into_iter().collect::<Result<_, Failure>>()?,
            unacknowledged: None,
        })
    }

    /// As often as it takes.
    pub(crate) async fn deliver(&mut self, to: &str, message: Message) -> Result<(), Failure> {
        loop {
            self.send(to, &message).await?;
            if self.hear(to, &["ack", "nack"]).await? == "ack" {
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
        self.hear(name, &["packs"]).await?;
        self.instance(name)?.process.kill().await?;
        self.instances.remove(name);
        println!("{name} is dead");
        self.unacknowledged = Some(message);
        Ok(())
    }

    pub(crate) async fn deliver_unacknowledged(&mut self, to: &str) -> Result<(), Failure> {
        match self.unacknowledged.take() {
            Some(message) => self.deliver(to, message).await,
            None => Ok(()),
        }
    }

    /// Whoever lives says what spans he had.
    pub(crate) async fn finish(self) -> Result<(), Failure> {
        for (name, instance) in self.instances {
            let Instance {
                mut process,
                messages,
                mut says,
            } = instance;
            drop(messages);
            println!("-- The spans of {name}:");
            while let Some(line) = says.next_line().await? {
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

    /// Passes on what it says, until it says one of these.
    async fn hear(&mut self, name: &str, words: &[&str]) -> Result<String, Failure> {
        while let Some(line) = self.instance(name)?.says.next_line().await? {
            println!("{name}: {line}");
            if let Some(word) = words.iter().find(|word| line.starts_with(**word)) {
                return Ok((*word).to_owned());
            }
        }
        Err(format!("{name} has come to an end").into())
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
        let says = process.stdout.take().ok_or("no output")?;
        Ok(Self {
            process,
            messages,
            says: BufReader::new(says).lines(),
        })
    }
}
