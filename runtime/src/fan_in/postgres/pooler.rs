//! Whether a server's prepared statements can be used, or something stands between that gives each transaction another
//! connection.

use sqlx::Row as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

/// Which of the two connections asks: in no regular order, which a pooler that takes its connections in turn would match.
const TURNS: [usize; 8] = [0, 1, 1, 0, 0, 1, 0, 1];

/// Returns `true` only if two connections keep to one server process each, and to their own prepared statements.
///
/// A wrong `true` is found out later: each procedure compares its own name, and a statement that another client has prepared
/// fails.
pub(super) async fn is_absent(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut both = [options.connect().await?, options.connect().await?];
    let is_absent = keeps_apart(&mut both).await;
    for connection in both {
        // Only the server minds a connection that is cut.
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
    // Both give their first statement the same name.
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
