//! Opens stores on servers that may be restarting.

use std::time::Duration;

use linked_span::fan_in::{Postgres, Redis};
use sqlx::postgres::PgPoolOptions;
use tokio::time::sleep;

const AGAIN: Duration = Duration::from_millis(100);

pub(crate) async fn redis(url: &str) -> Redis {
    loop {
        if let Ok(store) = Redis::open(url).await {
            return store;
        }
        sleep(AGAIN).await;
    }
}

pub(crate) async fn postgres(url: &str) -> Postgres {
    loop {
        let pool = PgPoolOptions::new().max_connections(4).connect(url).await;
        if let Ok(pool) = pool {
            let store = Postgres::new(pool);
            if store.migrate().await.is_ok() {
                return store;
            }
        }
        sleep(AGAIN).await;
    }
}
