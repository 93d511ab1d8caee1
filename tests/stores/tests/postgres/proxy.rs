//! A proxy to the server that a test can block.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::server::SERVER;

#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    is_blocked: Arc<AtomicBool>,
    connections: Arc<AtomicU32>,
}

impl Proxy {
    /// Starts a proxy. Its threads end with their connections, and with the process.
    pub(crate) fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            is_blocked: Arc::default(),
            connections: Arc::default(),
        };
        let accepting = proxy.clone();
        thread::spawn(move || {
            let socket = SERVER.folder().join(".s.PGSQL.5432");
            for client in listener.incoming() {
                accepting.connections.fetch_add(1, Ordering::Relaxed);
                accepting.connect(client.unwrap(), socket.clone());
            }
        });
        proxy
    }

    /// While blocked, the proxy forwards nothing and closes no connection.
    pub(crate) fn block(&self, is_blocked: bool) {
        self.is_blocked.store(is_blocked, Ordering::Relaxed);
    }

    /// Returns how many connections were made.
    pub(crate) fn connections(&self) -> u32 {
        self.connections.load(Ordering::Relaxed)
    }

    fn connect(&self, client: TcpStream, socket: PathBuf) {
        let server = UnixStream::connect(socket).unwrap();
        let patience = Some(Duration::from_millis(10));
        client.set_read_timeout(patience).unwrap();
        server.set_read_timeout(patience).unwrap();
        let (to, from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let is_blocked = Arc::clone(&self.is_blocked);
        thread::spawn(move || {
            copy(&client, &to, &is_blocked);
            let _ = to.shutdown(Shutdown::Both);
        });
        let is_blocked = Arc::clone(&self.is_blocked);
        thread::spawn(move || {
            copy(&server, &from, &is_blocked);
            let _ = from.shutdown(Shutdown::Both);
        });
    }
}

fn copy(mut from: impl Read, mut to: impl Write, is_blocked: &AtomicBool) {
    let mut part = [0; 1 << 14];
    loop {
        if is_blocked.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
            continue;
        }
        match from.read(&mut part) {
            Ok(0) => return,
            Ok(length) => {
                while is_blocked.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(5));
                }
                if to.write_all(&part[..length]).is_err() {
                    return;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return,
        }
    }
}
