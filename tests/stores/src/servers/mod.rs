//! Servers that belong to one test, in a folder of their own. They end with the test's process.

mod pgbouncer;
mod postgres;
mod redis;

pub use pgbouncer::PgBouncer;

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Ends the server on request, or when the shell's input ends.
///
/// The input ends when the test's process ends for any reason; then the folder is removed too.
const UNTIL_THE_INPUT_ENDS: &str = r#"
    "$@" >/dev/null 2>"$FOLDER/log" & server=$!
    read -r word
    { kill -"$SIGNAL" "$server"; wait "$server"; } 2>/dev/null
    test "$word" = keep || rm -rf "$FOLDER"
"#;

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    program: Program,
    shell: Child,
}

/// How to start a server.
#[derive(Debug)]
struct Program {
    words: Vec<String>,
    /// The signal that ends the server at once, as a crash would.
    signal: &'static str,
    /// The user that runs the server, if it is not the test's user.
    user: Option<u32>,
    /// The socket that exists once the server listens.
    socket: PathBuf,
    url: String,
}

impl Server {
    fn begin(folder: PathBuf, program: Program) -> Self {
        let shell = program.start(&folder);
        Self {
            folder,
            program,
            shell,
        }
    }

    /// Returns the folder of the server's log and data.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the server's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.program.url
    }

    /// Ends the server as a crash would, and restarts it with the data on the disk.
    ///
    /// # Panics
    ///
    /// If the server does not start.
    pub fn restart(&mut self) {
        let input = self.shell.stdin.as_mut();
        writeln!(input.expect("an input"), "keep").expect("a shell");
        self.end();
        self.shell = self.program.start(&self.folder);
    }

    /// Ends the server as a crash would.
    pub fn stop(&mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

impl Program {
    fn start(&self, folder: &Path) -> Child {
        // A crash leaves the socket behind.
        let _ = std::fs::remove_file(&self.socket);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", UNTIL_THE_INPUT_ENDS, "sh"])
            .args(&self.words)
            .current_dir(folder)
            .env("FOLDER", folder)
            .env("SIGNAL", self.signal)
            .stdin(Stdio::piped());
        become_user(&mut shell, self.user);
        let child = shell.spawn().expect("a shell");
        self.wait_for_the_socket(folder);
        child
    }

    fn wait_for_the_socket(&self, folder: &Path) {
        for _ in 0..600 {
            if self.socket.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("`{}` has not begun within 30 s: {log}", self.words[0]);
    }
}

/// The first port that tests use, and the number of their ports: below those that the system gives to outgoing connections,
/// which could take a port before its server listens.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 12_000;

/// Returns a port on which nothing listens, and that this process has not used yet.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Test programs that run at a time start at different ports.
    let start = std::process::id().wrapping_mul(61);
    (0..PORTS)
        .map(|_| start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % u32::from(PORTS))
        .filter_map(|place| Some(FIRST_PORT + u16::try_from(place).ok()?))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a port")
}

fn become_user(command: &mut Command, user: Option<u32>) {
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
}
