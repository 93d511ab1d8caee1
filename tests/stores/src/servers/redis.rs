//! Redis.

use std::fs;

use tempfile::TempDir;

use super::{Program, Server};

impl Server {
    /// Starts a server with these options.
    ///
    /// By default it writes nothing to the disk. With `--appendonly yes`, writes survive its end.
    ///
    /// # Panics
    ///
    /// If there is no `redis-server` on this machine.
    #[must_use]
    pub fn redis(options: &[&str]) -> Self {
        Self::redis_with(&["redis-server"], options)
    }

    /// Starts a server that also listens on this port of the loopback interface.
    #[must_use]
    pub fn redis_on(port: u16, options: &[&str]) -> Self {
        let port = port.to_string();
        let mut words = vec!["--port", &port, "--bind", "127.0.0.1"];
        words.extend(options);
        Self::redis(&words)
    }

    /// Starts a Sentinel on this port, which watches the master on another port under the name `orders`.
    ///
    /// # Panics
    ///
    /// If there is no `redis-server` on this machine.
    #[must_use]
    pub fn sentinel(port: u16, master: u16) -> Self {
        let folder = TempDir::new().expect("a folder").keep();
        let configuration = folder.join("sentinel.conf");
        let watched = format!(
            "sentinel monitor orders 127.0.0.1 {master} 1\n\
             sentinel down-after-milliseconds orders 1000\n\
             sentinel failover-timeout orders 5000\n"
        );
        fs::write(&configuration, watched).expect("a file");
        let (port, configuration) = (port.to_string(), configuration.display().to_string());
        let words = ["redis-server", &configuration, "--sentinel"];
        Self::redis_with(&words, &["--port", &port, "--bind", "127.0.0.1"])
    }

    fn redis_with(program: &[&str], options: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder").keep();
        let socket = folder.join("socket");
        let words = [
            "--port",
            "0",
            "--unixsocket",
            socket.to_str().expect("a path"),
            "--save",
            "",
        ];
        let program = Program {
            words: program
                .iter()
                .chain(&words)
                .chain(options)
                .copied()
                .map(str::to_owned)
                .collect(),
            signal: "KILL",
            user: None,
            url: format!("redis+unix://{}", socket.display()),
            socket,
        };
        Self::begin(folder, program)
    }
}
