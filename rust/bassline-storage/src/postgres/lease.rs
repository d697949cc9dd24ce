//! One opener at a time: whoever has a network open holds a lock of a transaction that stays open beside its work. The server lets go of
//! it when the connection ends, however that ends. What keeps a second writer's ticks out is not this, but the number of the opening.

use super::connection::Connection;
use super::link::Link;
use super::trouble::Trouble;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::types::Type;

/// How long an opener that is just going is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1_500);

/// The lock of one network.
#[derive(Debug)]
pub(crate) struct Lease {
    connection: Connection,
    link: Arc<Link>,
}

/// The number that the lock of a network has.
pub(crate) fn key(schema: &str, network: &str) -> i64 {
    // FNV-1a: the same in every process and every version.
    let bytes = schema.bytes().chain([0]).chain(network.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash as i64
}

impl Lease {
    /// Takes the lock; `None` if another holds it for longer than that.
    pub(crate) async fn take(link: &Arc<Link>, network: &str, patience: Duration) -> Result<Option<Self>, Trouble> {
        let connection = link.connect().await?;
        let client = connection.client();
        // It waits for as long as the network is open, and is dead soon after the program at the other end.
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL idle_in_transaction_session_timeout TO 0; \
             SET LOCAL lock_timeout TO {}; SET LOCAL tcp_keepalives_idle TO 20; \
             SET LOCAL tcp_keepalives_interval TO 5; SET LOCAL tcp_keepalives_count TO 3",
            patience.as_millis().max(1)
        );
        client.batch_execute(&begin).await?;
        let key = key(&link.address.schema, network);
        let locked = client
            .query_typed("SELECT pg_advisory_xact_lock($1)", &[(&key, Type::INT8)])
            .await;
        match locked {
            Ok(_) => Ok(Some(Self {
                connection,
                link: Arc::clone(link),
            })),
            Err(error) if error.code() == Some(&tokio_postgres::error::SqlState::LOCK_NOT_AVAILABLE) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the connection was lost, and the lock with it.
    pub(crate) fn is_lost(&self) -> bool {
        self.connection.is_closed()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.connection.is_closed() {
            // At once, so that the network can be opened again when this returns.
            let client = self.connection.client();
            let end = async { Ok(client.batch_execute("ROLLBACK").await?) };
            let _ = self.link.wait_for(Duration::from_secs(1), end);
        }
    }
}
