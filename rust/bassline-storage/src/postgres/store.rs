//! The store as a value: an address and what is asked of it.

use super::address::Address;
use super::check;
use super::entry::Entry;
use super::follow::Follower;
use super::groups;
use super::lease::{self, Lease};
use super::letters::PostgresLetters;
use super::link::{Link, Moment};
use super::migrate::make_readable;
use super::open;
use super::reader::PostgresReader;
use crate::error::StorageError;
use crate::sqlite::Sync;
use crate::store::{Capabilities, Checkup, Follow, NetworkInfo, Opened, Reader, Store};
use bassline_core::{Text, Value};
use bassline_kernel::DeadLetters;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres::types::Type;

/// A store in a database of `PostgreSQL`, in a schema of its own.
#[derive(Debug, Clone)]
pub struct Postgres {
    link: Arc<Link>,
    sync: Sync,
}

impl Postgres {
    /// The store of a URL, `postgresql://user:password@host:5432/database`. Nothing is asked of the server yet.
    ///
    /// Behind a `?` stand options as libpq has them, and `schema=NAME` (`bassline` unless told otherwise), `keep_ticks=N`, `keep_days=N`,
    /// `pool_size=N`, `timeout=SECONDS` of a transaction, and `retry_for=SECONDS` for which a server that is away is waited for.
    pub fn at(url: &str) -> Result<Self, StorageError> {
        let link = Link::of(&Address::of(url)?)?;
        Ok(Self {
            link,
            sync: Sync::default(),
        })
    }

    /// What a commit waits for: the disk of the server, or nothing. A server that promises more keeps its promise.
    #[must_use]
    pub fn sync(mut self, sync: Sync) -> Self {
        self.sync = sync;
        self
    }

    /// The link, in this process.
    fn link(&self) -> Result<Arc<Link>, StorageError> {
        Link::of(&self.link.address)
    }
}

impl Store for Postgres {
    fn url(&self) -> String {
        self.link.address.shown.clone()
    }

    fn address(&self) -> OsString {
        self.link.address.given.clone().into()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: true,
            history: true,
            snapshots: true,
            concurrent_readers: true,
        }
    }

    fn networks(&self) -> Result<Vec<NetworkInfo>, StorageError> {
        let link = self.link()?;
        if !make_readable(&link)? {
            return Ok(Vec::new());
        }
        let entries = link.transact(Moment::Read, "read", async |client| Entry::all(client).await)?;
        let info = |entry: Entry| NetworkInfo {
            name: entry.name,
            tick: entry.tick,
            time_micros: entry.updated,
        };
        Ok(entries.into_iter().map(info).collect())
    }

    fn open(&self, network: &str) -> Result<Opened, StorageError> {
        open::open(&self.link()?, network, self.sync)
    }

    fn reader(&self, network: &str) -> Result<Box<dyn Reader>, StorageError> {
        Ok(Box::new(PostgresReader::open(&self.link()?, network)?))
    }

    fn letters(&self, network: &str) -> Result<Arc<dyn DeadLetters>, StorageError> {
        // Whether it is there is found by whoever opens it to read.
        self.reader(network)?;
        Ok(Arc::new(PostgresLetters::of(&self.link()?, network)))
    }

    fn groups_with(
        &self,
        network: &str,
        wanted: &Value,
        tags: &[Text],
    ) -> Result<Option<Vec<(Text, Value)>>, StorageError> {
        // Whether it is there is found by whoever opens it to read.
        self.reader(network)?;
        let link = self.link()?;
        groups::with(&link, network, wanted, tags).map(Some)
    }

    fn follow(&self, network: &str, pattern: &str) -> Result<Option<Box<dyn Follow>>, StorageError> {
        // Whether it is there is found by whoever opens it to read.
        self.reader(network)?;
        Ok(Some(Box::new(Follower::begin(&self.link()?, network, pattern)?)))
    }

    fn delete(&self, network: &str) -> Result<bool, StorageError> {
        let link = self.link()?;
        if !make_readable(&link)? {
            return Ok(false);
        }
        let lease = link.wait_for(link.address.timeout, Lease::take(&link, network, lease::PATIENCE));
        let lease = lease.map_err(|trouble| trouble.told(&link.address, "written"))?;
        let _lease = lease.ok_or_else(|| StorageError::InUse {
            path: link.address.shown.clone().into(),
            network: network.to_owned(),
        })?;
        link.transact(Moment::Write, "written", async |client| {
            let Some(entry) = Entry::hold_named(client, network).await? else {
                return Ok(false);
            };
            let sql = "DELETE FROM network WHERE id = $1";
            Ok(client.execute_typed(sql, &[(&entry.id, Type::INT8)]).await? == 1)
        })
    }

    fn backup(&self, _: &Path) -> Result<u64, StorageError> {
        Err(StorageError::Unable {
            url: self.url(),
            what: "be copied to a file here",
            instead: "use pg_dump, which copies a database while it is written",
        })
    }

    fn check(&self) -> Result<Checkup, StorageError> {
        let link = self.link()?;
        if !make_readable(&link)? {
            return Ok(Checkup::default());
        }
        check::check(&link)
    }
}
