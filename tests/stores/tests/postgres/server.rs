//! A server of this process's own, which ends with it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tempfile::TempDir;

/// Debian's `nobody`, since the server refuses to be run by root.
const NOBODY: u32 = 65_534;

/// The server ends when its shell's input does, which is when this process has ended, however that came.
const UNTIL_THE_INPUT_ENDS: &str = r#"
    "$@" & server=$!
    cat >/dev/null
    kill -INT "$server"; wait "$server"
    rm -rf "$FOLDER"
"#;

#[derive(Debug)]
pub(crate) struct Server {
    folder: PathBuf,
    _shell: Child,
}

/// The one server of all tests, which does not wait for the disk: that is not what is tested.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

impl Server {
    fn start() -> Self {
        let folder = TempDir::new().unwrap().keep();
        let data = folder.join("data");
        let is_root = fs::metadata(&folder).unwrap().uid() == 0;
        if is_root {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let command = |program: &str| {
            let mut command = Command::new(program);
            command.current_dir(&folder).stdout(Stdio::null());
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };

        let initialized = command("initdb")
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg(&data)
            .status();
        assert!(initialized.unwrap().success(), "initdb");

        let shell = command("sh")
            .args(["-c", UNTIL_THE_INPUT_ENDS, "sh", "postgres"])
            .args([OsStr::new("-D"), data.as_ref()])
            .args([OsStr::new("-k"), folder.as_ref()])
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "max_connections=500",
                "-c",
                "fsync=off",
            ])
            .args(["-c", "shared_preload_libraries=pg_stat_statements"])
            .env("FOLDER", &folder)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(&folder.join(".s.PGSQL.5432"));
        Self {
            folder,
            _shell: shell,
        }
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.folder)
            .port(5432)
            .username("postgres")
            .database("postgres")
    }
}

fn wait_for(socket: &Path) {
    for _ in 0..600 {
        if socket.exists() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the server has not begun within 30 s");
}

/// A few connections, each of which is used without a look whether it is still there.
pub(crate) async fn connect(options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .test_before_acquire(false);
    pool.connect_with(options).await.unwrap()
}
