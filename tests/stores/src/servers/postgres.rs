//! `PostgreSQL`, which recovers from its log.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Program, Server, become_user};

/// Debian's user without rights: the server refuses to run as root.
pub(super) const UNPRIVILEGED_USER: u32 = 65_534;

impl Server {
    /// Starts a server with these settings, such as `fsync=off`.
    ///
    /// # Panics
    ///
    /// If there is no `postgres` on this machine.
    #[must_use]
    pub fn postgres(settings: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder").keep();
        let data = folder.join("data");
        let user =
            (fs::metadata(&folder).expect("a folder").uid() == 0).then_some(UNPRIVILEGED_USER);
        if let Some(user) = user {
            chown(&folder, Some(user), Some(user)).expect("another owner");
        }
        initialize(&data, user);
        Self::run(folder, data, user, settings)
    }

    /// Starts a hot standby of this server.
    ///
    /// # Panics
    ///
    /// If there is no `pg_basebackup` on this machine.
    #[must_use]
    pub fn standby(&self) -> Self {
        let folder = TempDir::new().expect("a folder").keep();
        let data = folder.join("data");
        let user = self.program.user;
        if let Some(user) = user {
            chown(&folder, Some(user), Some(user)).expect("another owner");
        }
        let mut backup = Command::new(program("pg_basebackup"));
        backup
            .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
            .args(["--username=postgres", "--host"])
            .arg(self.folder())
            .arg("--pgdata")
            .arg(&data)
            .current_dir("/");
        become_user(&mut backup, user);
        assert!(backup.status().expect("pg_basebackup").success());
        // A standby needs at least as many connections as its primary.
        let standby = Self::run(folder, data, user, &["max_connections=500"]);
        standby.wait_until_it_accepts();
        standby
    }

    /// Waits until the server accepts connections. A standby refuses them until its primary has written a snapshot of its
    /// running transactions, every 15 s: a pool would give up meanwhile.
    fn wait_until_it_accepts(&self) {
        let accepts = || {
            let mut probe = Command::new(program("pg_isready"));
            probe.arg("--quiet").arg("--host").arg(self.folder());
            probe.status().expect("pg_isready").success()
        };
        let since = Instant::now();
        while !accepts() {
            assert!(since.elapsed() < Duration::from_mins(2), "no standby");
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn run(folder: PathBuf, data: PathBuf, user: Option<u32>, settings: &[&str]) -> Self {
        let mut words = vec![
            program("postgres"),
            "-D".into(),
            data,
            "-k".into(),
            folder.clone(),
        ];
        for setting in [&"listen_addresses="].into_iter().chain(settings) {
            words.extend(["-c".into(), setting.into()]);
        }
        let program = Program {
            words: words
                .into_iter()
                .map(|word| word.into_os_string().into_string().expect("a word"))
                .collect(),
            signal: "QUIT",
            user,
            socket: folder.join(".s.PGSQL.5432"),
            url: format!(
                "postgres://postgres@localhost/postgres?host={}&port=5432",
                folder.display()
            ),
        };
        Self::begin(folder, program)
    }
}

fn initialize(data: &Path, user: Option<u32>) {
    let mut initdb = Command::new(program("initdb"));
    initdb
        .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "-D"])
        .arg(data)
        .current_dir("/")
        .stdout(Stdio::null());
    become_user(&mut initdb, user);
    assert!(initdb.status().expect("initdb").success(), "initdb");
}

/// Returns the path of a program: Debian installs them outside of `PATH`.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin").join(name)));
    let newest = programs.filter(|program| program.exists()).max();
    newest.unwrap_or_else(|| name.into())
}
