//! Detects a pooler that assigns a connection per transaction, behind which prepared statements do not work.

use sqlx::Row as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

/// The connection for each question. The order is irregular, because a round-robin pooler would match a regular one.
const TURNS: [usize; 8] = [0, 1, 1, 0, 0, 1, 0, 1];

/// Returns `true` if each of two connections keeps its own server process and its own prepared statements.
///
/// A wrong `true` is detected later: each procedure compares its own name, so another client's prepared statement fails.
pub(super) async fn is_absent(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut both = [options.connect().await?, options.connect().await?];
    let is_absent = keeps_apart(&mut both).await;
    for connection in both {
        // An error is harmless: the server closes a lost connection itself.
        let _ = connection.close().await;
    }
    is_absent
}

async fn keeps_apart(both: &mut [PgConnection; 2]) -> Result<bool, sqlx::Error> {
    let mut processes = [None; 2];
    for turn in TURNS {
        let asked = sqlx::raw_sql("SELECT pg_backend_pid() AS process");
        let process: i32 = asked.fetch_one(&mut both[turn]).await?.try_get("process")?;
        if processes[turn].is_some_and(|known| known != process)
            || processes[1 - turn] == Some(process)
        {
            return Ok(false);
        }
        processes[turn] = Some(process);
    }
    // sqlx gives the first statement of each connection the same name, which collides in a shared server process.
    let [left, right] = both;
    let statements = [
        (&mut *left, "SELECT 'left' AS side", "left"),
        (&mut *right, "SELECT 'right' AS side", "right"),
    ];
    for (connection, statement, side) in statements {
        match sqlx::query(statement).fetch_one(connection).await {
            Ok(row)
                if row
                    .try_get::<&str, _>("side")
                    .is_ok_and(|told| told == side) => {}
            Ok(_) | Err(sqlx::Error::Database(_) | sqlx::Error::Protocol(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
