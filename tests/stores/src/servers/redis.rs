//! Redis, whose append-only file survives it.

use tempfile::TempDir;

use super::{Program, Server};

impl Server {
    /// One that writes what it has been told to a file, before it answers.
    ///
    /// # Panics
    ///
    /// If there is no `redis-server` on this machine.
    #[must_use]
    pub fn redis() -> Self {
        let folder = TempDir::new().expect("a folder");
        let socket = folder.path().join("socket");
        let words = [
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            socket.to_str().expect("a path"),
            "--appendonly",
            "yes",
            "--save",
            "",
        ];
        let program = Program {
            words: words.map(str::to_owned).to_vec(),
            signal: "KILL",
            user: None,
            url: format!("redis+unix://{}", socket.display()),
            socket,
        };
        Self::begin(folder, program)
    }
}
