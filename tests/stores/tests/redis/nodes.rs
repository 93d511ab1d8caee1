//! A cluster of three masters.

use std::time::Duration;

use linked_span::fan_in::Redis;
use linked_span_tests_stores::servers::{Server, free_port};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncCommands, FromRedisValue};

use crate::server::{ask, connect_to};

const SLOTS: u16 = 16_384;

pub(crate) struct Nodes(pub(crate) Vec<Node>);

pub(crate) struct Node {
    pub(crate) server: Server,
    pub(crate) port: u16,
    pub(crate) id: String,
}

impl Node {
    pub(crate) async fn ask<T: FromRedisValue>(&self, words: &[&str]) -> T {
        ask(&mut connect_to(&self.server, 0).await, words).await
    }
}

impl Nodes {
    pub(crate) async fn begin() -> Self {
        let mut nodes = Vec::new();
        for _ in 0..3 {
            let (port, bus) = (free_port(), free_port().to_string());
            let options = ["--cluster-enabled", "yes", "--cluster-port", &bus];
            let server = Server::redis_on(port, &options);
            let node = Node {
                server,
                port,
                id: String::new(),
            };
            let id = node.ask(&["CLUSTER", "MYID"]).await;
            nodes.push((Node { id, ..node }, bus));
        }
        for (place, (node, _)) in nodes.iter().enumerate() {
            let place = u16::try_from(place).unwrap();
            let (first, last) = (SLOTS * place / 3, SLOTS * (place + 1) / 3 - 1);
            let range = [first.to_string(), last.to_string()];
            let () = node
                .ask(&["CLUSTER", "ADDSLOTSRANGE", &range[0], &range[1]])
                .await;
        }
        for (node, bus) in &nodes[1..] {
            let port = node.port.to_string();
            let meet = ["CLUSTER", "MEET", "127.0.0.1", &port, bus];
            let () = nodes[0].0.ask(&meet).await;
        }
        let nodes = Self(nodes.into_iter().map(|(node, _)| node).collect());
        for _ in 0..600 {
            let mut agree = 0;
            for node in &nodes.0 {
                let info: String = node.ask(&["CLUSTER", "INFO"]).await;
                let is_ok = info.contains("cluster_state:ok");
                agree += u8::from(is_ok && info.contains("cluster_known_nodes:3"));
            }
            if agree == 3 {
                return nodes;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the nodes have not met");
    }

    pub(crate) async fn connect(&self) -> ClusterConnection {
        let urls = self
            .0
            .iter()
            .map(|node| format!("redis://127.0.0.1:{}", node.port));
        let client = ClusterClient::builder(urls)
            .retries(2)
            .min_retry_wait(20)
            .max_retry_wait(50)
            .response_timeout(Duration::from_secs(10))
            .build();
        client.unwrap().get_async_connection().await.unwrap()
    }

    pub(crate) async fn open(&self) -> Redis {
        Redis::new(self.connect().await).await.unwrap()
    }

    /// Returns the index of the node that has this key's slot, and the slot.
    pub(crate) async fn of(&self, key: &str) -> (usize, u16) {
        let slot: u16 = self.0[0].ask(&["CLUSTER", "KEYSLOT", key]).await;
        let place = (0..3).find(|place| slot < SLOTS * (place + 1) / 3);
        (place.unwrap().into(), slot)
    }

    /// Returns how many keys all nodes have.
    pub(crate) async fn count(&self) -> u64 {
        let mut connection = self.connect().await;
        let keys: Vec<String> = connection.keys("*").await.unwrap();
        keys.len().try_into().unwrap()
    }
}
