//! What connects a process with a server: connections that are lent to whoever reads, and new ones for whoever keeps one.

use super::address::Address;
use super::connection::Connection;
use super::runtime::runtime;
use super::trouble::Trouble;
use crate::error::StorageError;
use crate::fork::{Process, Use};
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolConfig, PoolError, RecycleError, RecycleResult, Timeouts};
use deadpool::{Runtime as Clock, managed::QueueMode};
use indexmap::IndexMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

/// So often is a transaction begun again that another was in the way of.
pub(crate) const CONFLICTS: u32 = 20;

/// So long is a server waited for by whoever waits for a single answer.
const INSISTENCE: Duration = Duration::from_secs(30);

/// Links by URL, as long as anyone has one.
static LINKS: Mutex<Option<IndexMap<String, Weak<Link>>>> = Mutex::new(None);

/// A server as this process knows it.
pub(crate) struct Link {
    pub(crate) address: Address,
    process: Process,
    runtime: Arc<Runtime>,
    connector: MakeRustlsConnect,
    /// Nothing once it is left alone.
    pool: Option<Pool<Lender>>,
    /// Whether the schema was seen to be of this version.
    pub(crate) is_ready: std::sync::atomic::AtomicBool,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.address).finish()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if !self.process.is_this() {
            // Its connections are those of the parent.
            std::mem::forget(self.pool.take());
        }
    }
}

/// How a transaction is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// All that is read is of one moment.
    Read,
    /// What is committed outlives the machine, whatever the server does otherwise.
    Write,
}

impl Link {
    /// The link of an address, the same for all of this process.
    pub(crate) fn of(address: &Address) -> Result<Arc<Self>, StorageError> {
        let told = |trouble: Trouble| trouble.told(address, "reached");
        let mut links = LINKS.lock().unwrap_or_else(PoisonError::into_inner);
        let links = links.get_or_insert_default();
        links.retain(|_, link| link.strong_count() > 0);
        if let Some(link) = links.get(&address.given).and_then(Weak::upgrade)
            && link.process.is_this()
        {
            return Ok(link);
        }
        let runtime = runtime().map_err(|error| told(error.into()))?;
        let connector = address.trust.connector().map_err(|error| told(error.into()))?;
        let lender = Lender {
            address: address.clone(),
            connector: connector.clone(),
        };
        let config = PoolConfig {
            max_size: address.pool,
            timeouts: Timeouts {
                wait: Some(address.timeout),
                ..Timeouts::default()
            },
            queue_mode: QueueMode::Lifo,
        };
        let pool = Pool::builder(lender).config(config).runtime(Clock::Tokio1).build();
        let pool = pool.map_err(|error| told(std::io::Error::other(error).into()))?;
        let link = Arc::new(Self {
            address: address.clone(),
            process: Process::this(),
            runtime,
            connector,
            pool: Some(pool),
            is_ready: false.into(),
        });
        links.insert(address.given.clone(), Arc::downgrade(&link));
        Ok(link)
    }

    /// Waits for work on connections.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        if !self.process.is_this() {
            return Err(Trouble::Forked);
        }
        self.runtime.block_on(work)
    }

    /// The same, for so long at most.
    pub(crate) fn wait_for<T>(
        &self,
        time: Duration,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        self.wait(async {
            tokio::time::timeout(time, work)
                .await
                .unwrap_or(Err(Trouble::NoAnswer(time)))
        })
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> Result<Connection, Trouble> {
        Connection::open(&self.address, self.connector.clone(), None).await
    }

    /// A new connection that rings when the server notifies of something.
    pub(crate) async fn connect_to_hear(&self, news: Arc<tokio::sync::Notify>) -> Result<Connection, Trouble> {
        Connection::open(&self.address, self.connector.clone(), Some(news)).await
    }

    /// What begins a transaction.
    pub(crate) fn begin(&self, moment: Moment) -> String {
        begin(&self.address, moment)
    }

    /// Does work in a transaction on a connection of the pool; once more if the connection was lost before it had begun, or another
    /// transaction was in its way.
    pub(crate) fn transact<T>(
        &self,
        moment: Moment,
        doing: &'static str,
        work: impl AsyncFn(&Client) -> Result<T, Trouble>,
    ) -> Result<T, StorageError> {
        self.attempt(moment, work)
            .map_err(|trouble| trouble.told(&self.address, doing))
    }

    /// The same, with what went wrong as it is.
    #[expect(clippy::needless_pass_by_value, reason = "a closure is written where it is passed")]
    pub(crate) fn attempt<T>(
        &self,
        moment: Moment,
        work: impl AsyncFn(&Client) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let _use = Use::begin();
        let begin = self.begin(moment);
        let mut tries = 0;
        loop {
            tries += 1;
            let done = self.wait_for(self.address.time_for(moment), self.once(&begin, &work));
            match done {
                Ok(done) => return Ok(done),
                Err(trouble) if trouble.is_conflict() && tries < CONFLICTS => {
                    std::thread::sleep(Duration::from_millis(u64::from(tries)));
                }
                // A server that was started again has left the connections that were waiting here dead, each of which is found out.
                Err(trouble) if trouble.is_outage() && moment == Moment::Read && tries <= 2 => {}
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// The same for a write that is to be done once, also when the server goes away before it has answered. `work` is told of nothing:
    /// from the second time on, it looks whether it was done already.
    #[expect(clippy::needless_pass_by_value, reason = "a closure is written where it is passed")]
    pub(crate) fn insist<T>(
        &self,
        doing: &'static str,
        work: impl AsyncFn(&Client) -> Result<T, Trouble>,
    ) -> Result<T, StorageError> {
        let _use = Use::begin();
        let begin = self.begin(Moment::Write);
        let since = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            match self.wait_for(self.address.timeout, self.once(&begin, &work)) {
                Ok(done) => return Ok(done),
                Err(trouble) if trouble.is_conflict() && tries < CONFLICTS => {}
                Err(trouble) if trouble.is_outage() && since.elapsed() < self.address.patience.min(INSISTENCE) => {}
                Err(trouble) => return Err(trouble.told(&self.address, doing)),
            }
            std::thread::sleep(Duration::from_millis(u64::from(tries.min(100))));
        }
    }

    async fn once<T>(&self, begin: &str, work: &impl AsyncFn(&Client) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let Some(pool) = &self.pool else {
            return Err(Trouble::Forked);
        };
        let lent = pool.get().await.map_err(|error| match error {
            PoolError::Backend(trouble) => trouble,
            PoolError::Timeout(_) => Trouble::NoAnswer(self.address.timeout),
            other => std::io::Error::other(other).into(),
        })?;
        let lent = Lent(Some(lent));
        let client = lent.client()?;
        client.batch_execute(begin).await?;
        let done = work(client).await?;
        client.batch_execute("COMMIT").await?;
        lent.give_back();
        Ok(done)
    }
}

/// A connection of the pool. What is dropped in the middle of something is not lent again.
struct Lent(Option<Object<Lender>>);

impl Lent {
    fn client(&self) -> Result<&Client, Trouble> {
        self.0.as_ref().map(|lent| lent.client()).ok_or(Trouble::Forked)
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(lent) = self.0.take() {
            drop(Object::take(lent));
        }
    }
}

/// What stands at the beginning of every transaction. Nothing is asked of the session, which another transaction may have had before and
/// another will have after, behind a pooler.
pub(crate) fn begin(address: &Address, moment: Moment) -> String {
    let schema = address.quoted_schema();
    let millis = address.time_for(moment).as_millis();
    let mode = match moment {
        Moment::Read => "ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Moment::Write => "ISOLATION LEVEL READ COMMITTED READ WRITE",
    };
    format!(
        "BEGIN {mode}; SET LOCAL search_path TO {schema}, pg_catalog, pg_temp; SET LOCAL jit TO off; \
         SET LOCAL statement_timeout TO {millis}; SET LOCAL lock_timeout TO {}; \
         SET LOCAL idle_in_transaction_session_timeout TO {millis}",
        address.timeout.as_millis() / 2
    )
}

/// Makes connections for the pool.
struct Lender {
    address: Address,
    connector: MakeRustlsConnect,
}

impl Manager for Lender {
    type Type = Connection;
    type Error = Trouble;

    async fn create(&self) -> Result<Connection, Trouble> {
        Connection::open(&self.address, self.connector.clone(), None).await
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Trouble> {
        if connection.is_closed() {
            return Err(RecycleError::message("it was closed"));
        }
        Ok(())
    }
}
