//! A proxy whose address can lead elsewhere, while existing connections stay.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use linked_span_tests_stores::servers::Server;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
    /// The task that accepts connections, and owns them.
    listens: JoinHandle<()>,
}

struct State {
    /// The server's socket, or `None` for a host that accepts connections and is silent.
    target: Mutex<Option<PathBuf>>,
    /// How often the connections were frozen.
    frozen: watch::Sender<u32>,
    connections: AtomicUsize,
}

impl Proxy {
    pub(crate) async fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            target: Mutex::new(Some(socket_of(server))),
            frozen: watch::Sender::new(0),
            connections: AtomicUsize::new(0),
        });
        let listens = tokio::spawn(listen(listener, Arc::clone(&state)));
        Self {
            port,
            state,
            listens,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Leads new connections to this server.
    pub(crate) fn lead_to(&self, server: &Server) {
        *self.state.target.lock().unwrap() = Some(socket_of(server));
    }

    /// Makes existing connections silent, without closing them.
    pub(crate) fn freeze(&self) {
        self.state.frozen.send_modify(|times| *times += 1);
    }

    /// Accepts new connections, and never replies.
    pub(crate) fn be_silent(&self) {
        *self.state.target.lock().unwrap() = None;
        self.freeze();
    }

    /// Closes all connections, and accepts no more.
    pub(crate) async fn close(&mut self) {
        self.listens.abort();
        let _ = (&mut self.listens).await;
    }

    /// Returns how many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listens.abort();
    }
}

fn socket_of(server: &Server) -> PathBuf {
    Path::new(server.folder()).join("socket")
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        state.connections.fetch_add(1, Ordering::Relaxed);
        connections.spawn(carry(client, Arc::clone(&state)));
    }
}

async fn carry(mut client: TcpStream, state: Arc<State>) {
    let mut frozen = state.frozen.subscribe();
    let target = state.target.lock().unwrap().clone();
    let Some(target) = target else {
        return std::future::pending().await;
    };
    let Ok(mut server) = UnixStream::connect(target).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = frozen.changed() => std::future::pending().await,
    }
}
