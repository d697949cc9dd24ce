//! Opening: the whole network comes back, and a new epoch begins.

use super::base;
use super::driver::{PostgresDriver, Start};
use super::entry::Entry;
use super::lease::{self, Lease};
use super::letters::PostgresLetters;
use super::link::{Link, Moment};
use super::load::load;
use super::migrate::{lock, make_ready};
use super::pace;
use super::positions;
use super::trouble::Trouble;
use crate::condition::Condition;
use crate::error::StorageError;
use crate::fork::Use;
use crate::sqlite::Sync;
use crate::store::Opened;
use crate::tabular::key::LAST_NETWORK;
use crate::tabular::pace::Pace;
use bassline_core::planted::{self, Bug};
use bassline_core::{Died, Image, Text, Value};
use bassline_kernel::{Clock, SystemClock};
use indexmap::IndexMap;
use std::sync::Arc;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// What opening has read.
struct Begun {
    entry: Entry,
    is_new: bool,
    image: Image,
    positions: IndexMap<Text, Value>,
    pace: Pace,
    durability: &'static str,
}

/// Opens a network, makes it if it is not there, and keeps others from opening it to write.
pub(super) fn open(link: &Arc<Link>, network: &str, sync: Sync) -> Result<Opened, StorageError> {
    let _use = Use::begin();
    let told = |trouble: Trouble| trouble.told(&link.address, "opened");
    make_ready(link, None)?;
    let lease = link
        .wait_for(link.address.timeout, Lease::take(link, network, lease::PATIENCE))
        .map_err(told)?;
    let lease = lease.ok_or_else(|| StorageError::InUse {
        path: link.address.shown.clone().into(),
        network: network.to_owned(),
    })?;
    let connection = link.wait_for(link.address.timeout, link.connect()).map_err(told)?;
    let client = connection.client();
    // A network may be so large that it takes longer than a transaction otherwise may.
    let begin = format!("{}; SET LOCAL statement_timeout TO 0", link.begin(Moment::Write));
    let opening = async {
        client.batch_execute(&begin).await?;
        let found = begin_epoch(link, client, network, sync).await?;
        client.batch_execute("COMMIT").await?;
        Ok(found)
    };
    let found = link
        .wait_for(link.address.time_for(Moment::Read), opening)
        .map_err(told)?;
    let driver = PostgresDriver::new(Start {
        link: Arc::clone(link),
        name: network.to_owned(),
        network: found.entry.id,
        epoch: found.entry.epoch,
        durability: found.durability,
        pace: found.pace,
        connection,
        lease,
    });
    Ok(Opened {
        image: found.image,
        positions: found.positions,
        epoch: found.entry.epoch,
        is_new: found.is_new,
        condition: Condition::default(),
        driver: Box::new(driver),
        log: None,
        letters: Arc::new(PostgresLetters::of(link, network)),
        cursors: None,
    })
}

async fn begin_epoch(link: &Link, client: &Client, network: &str, sync: Sync) -> Result<Begun, Trouble> {
    let (entry, is_new) = enter(link, client, network).await?;
    let image = load(client, entry.id).await?;
    let positions = positions::load(client, entry.id).await?;
    let pace = pace::of(client, entry.id, &image).await?;
    Ok(Begun {
        entry,
        is_new,
        image,
        positions,
        pace,
        durability: durability(client, sync).await?,
    })
}

/// What a transaction says of durability: a server that promises more than is asked for keeps its promise.
async fn durability(client: &Client, sync: Sync) -> Result<&'static str, Trouble> {
    if sync == Sync::Normal {
        return Ok("; SET LOCAL synchronous_commit TO off");
    }
    let row = client
        .query_typed_one("SELECT current_setting('synchronous_commit')", &[])
        .await?;
    Ok(match row.try_get::<_, &str>(0)? {
        "off" | "local" => "; SET LOCAL synchronous_commit TO on",
        _ => "",
    })
}

/// A network with its next epoch begun, made if it is not there; and whether it was made. Whoever is about to commit a batch of the epoch
/// before is waited for, and whoever comes later finds another epoch.
async fn enter(link: &Link, client: &Client, network: &str) -> Result<(Entry, bool), Trouble> {
    if let Some(known) = Entry::hold_named(client, network).await? {
        let next = Entry {
            epoch: if planted::is(Bug::PostgresEpochKept) {
                known.epoch
            } else {
                known.epoch + 1
            },
            ..known
        };
        // With a new checksum it would be taken for whole by whoever reads it.
        if next.is_whole {
            next.update(client).await?;
        }
        return Ok((next, false));
    }
    // One number is given at a time.
    lock(client, lease::key(&link.address.schema, "\0number")).await?;
    let row = client
        .query_typed_one("SELECT coalesce(max(id), 0) + 1 FROM network", &[])
        .await?;
    let id: i64 = row.try_get(0)?;
    if id > LAST_NETWORK {
        let what = format!("it holds {LAST_NETWORK} networks, the most one schema can hold; use another schema");
        return Err(std::io::Error::other(what).into());
    }
    let now = SystemClock.now_micros();
    let entry = Entry {
        id,
        name: network.to_owned(),
        created: now,
        updated: now,
        epoch: 1,
        tick: 0,
        tick_epoch: 0,
        creation: 0,
        died: Died::default(),
        is_whole: true,
    };
    entry.insert(client).await?;
    base::write(client, id, &Image::default()).await?;
    let sql = "INSERT INTO group_ (id, network, handle, name, path, sealed) VALUES ($1 << 32, $1, 0, '', '', false)";
    client.execute_typed(sql, &[(&id, Type::INT8)]).await?;
    Ok((entry, true))
}
