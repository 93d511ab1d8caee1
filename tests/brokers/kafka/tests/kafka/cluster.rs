//! One mock cluster for all tests of the process.

use std::sync::OnceLock;

use rdkafka::mocking::MockCluster;

/// Returns the cluster's address. The cluster ends with the process.
pub(crate) fn servers() -> &'static str {
    static SERVERS: OnceLock<String> = OnceLock::new();
    SERVERS.get_or_init(|| {
        let cluster = MockCluster::new(1).expect("a mock cluster");
        let servers = cluster.bootstrap_servers();
        std::mem::forget(cluster);
        servers
    })
}
