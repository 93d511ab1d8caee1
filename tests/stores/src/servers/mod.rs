//! Servers of a test's own, in a folder of their own, which end with the test's process.

mod postgres;
mod redis;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Ends the server when the shell's input ends, which is when the test's process has ended, however that came.
const UNTIL_THE_INPUT_ENDS: &str = r#"
    "$@" >/dev/null 2>"$FOLDER/log" & server=$!
    cat >/dev/null
    kill -"$SIGNAL" "$server"; wait "$server"
"#;

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    folder: TempDir,
    program: Program,
    shell: Child,
}

/// How a server is begun.
#[derive(Debug)]
struct Program {
    words: Vec<String>,
    /// What ends it at once, as a crash would.
    signal: &'static str,
    /// Who runs it, if not the test's user.
    user: Option<u32>,
    /// What is there once it listens.
    socket: PathBuf,
    url: String,
}

impl Server {
    fn begin(folder: TempDir, program: Program) -> Self {
        let shell = program.start(folder.path());
        Self {
            folder,
            program,
            shell,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.program.url
    }

    /// Ends it as a crash would, and begins it again with what is on the disk.
    pub fn restart(&mut self) {
        self.end();
        self.shell = self.program.start(self.folder.path());
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
        // A crash leaves it behind.
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
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("`{}` has not begun within 30 s: {log}", self.words[0]);
    }
}

fn become_user(command: &mut Command, user: Option<u32>) {
    use std::os::unix::process::CommandExt;
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
}
