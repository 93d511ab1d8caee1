//! Redis.

use tempfile::TempDir;

use super::{Program, Server};

impl Server {
    /// One with these options. Of itself it writes nothing to the disk; `--appendonly yes` makes what it was told survive
    /// it.
    ///
    /// # Panics
    ///
    /// If there is no `redis-server` on this machine.
    #[must_use]
    pub fn redis(options: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder").keep();
        let socket = folder.join("socket");
        let words = [
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            socket.to_str().expect("a path"),
            "--save",
            "",
        ];
        let program = Program {
            words: words
                .iter()
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
