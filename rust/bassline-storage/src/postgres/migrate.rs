//! Bringing a schema to the version that this bassline writes, in one transaction: wholly or not at all.

use super::error::PostgresError;
use super::lease;
use super::link::{Link, Moment};
use super::schema::{STEPS, VERSION};
use super::trouble::Trouble;
use crate::error::StorageError;
use bassline_core::planted::{self, Bug};
use std::sync::atomic::Ordering;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// What is found where a store is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    Version(i32),
}

/// Makes the schema, or brings it to this version; `own` is the network that the caller holds.
pub(crate) fn make_ready(link: &Link, own: Option<&str>) -> Result<(), StorageError> {
    if link.is_ready.load(Ordering::Relaxed) {
        return Ok(());
    }
    let found = link.transact(Moment::Read, "opened", async |client| look(link, client).await)?;
    if found != Found::Version(VERSION) {
        link.transact(Moment::Write, "written", async |client| raise(link, client, own).await)?;
    }
    link.is_ready.store(true, Ordering::Relaxed);
    Ok(())
}

/// The same where there is a store, to read it; whether there is one.
pub(crate) fn make_readable(link: &Link) -> Result<bool, StorageError> {
    if link.is_ready.load(Ordering::Relaxed) {
        return Ok(true);
    }
    match link.transact(Moment::Read, "opened", async |client| look(link, client).await)? {
        Found::Nothing => Ok(false),
        Found::Version(_) => make_ready(link, None).map(|()| true),
    }
}

/// Which version is there. What is of another application, or newer, is refused.
async fn look(link: &Link, client: &Client) -> Result<Found, Trouble> {
    let address = &link.address;
    let sql = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY c.relname = 'store' DESC, c.relname LIMIT 1";
    let first = client.query_typed(sql, &[(&address.schema, Type::TEXT)]).await?;
    let Some(table) = first.first().map(|row| row.try_get::<_, String>(0)).transpose()? else {
        return Ok(Found::Nothing);
    };
    let stranger = |table: String| PostgresError::NotAStore {
        url: address.shown.clone(),
        schema: address.schema.clone(),
        table,
    };
    let versioned = "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = 'store' AND a.attname = 'version' AND a.atttypid = 'int4'::regtype";
    let row = client.query_typed(versioned, &[(&address.schema, Type::TEXT)]).await?;
    let is_ours = row.first().map(|row| row.try_get::<_, i64>(0)).transpose()? == Some(1);
    if table != "store" || !is_ours {
        return Err(stranger(table).into());
    }
    let versions = client
        .query_typed(&format!("SELECT version FROM {}.store", address.quoted_schema()), &[])
        .await?;
    match versions.first().map(|row| row.try_get::<_, i32>(0)).transpose()? {
        Some(version @ 1..=VERSION) => Ok(Found::Version(version)),
        Some(newer) if newer > VERSION => Err(PostgresError::Newer {
            url: address.shown.clone(),
            schema: address.schema.clone(),
            found: newer,
            known: VERSION,
        }
        .into()),
        _ => Err(stranger(table).into()),
    }
}

/// Nobody else may have a network open meanwhile: who writes the older version knows nothing of this one.
async fn raise(link: &Link, client: &Client, own: Option<&str>) -> Result<(), Trouble> {
    let schema = &link.address.schema;
    // One at a time, whoever else finds nothing here.
    lock(client, lease::key(schema, "\0schema")).await?;
    let from = match look(link, client).await? {
        Found::Version(VERSION) => return Ok(()),
        Found::Version(version) => {
            keep_out(link, client, own).await?;
            version
        }
        Found::Nothing => {
            let there = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
            let row = client.query_typed(there, &[(schema, Type::TEXT)]).await?;
            if row.first().map(|row| row.try_get::<_, i64>(0)).transpose()? == Some(0) {
                client
                    .batch_execute(&format!("CREATE SCHEMA {}", link.address.quoted_schema()))
                    .await?;
            }
            0
        }
    };
    for (at, step) in STEPS.iter().enumerate().skip(from as usize) {
        if at > 0 && planted::is(Bug::PostgresMigrationSkipped) {
            continue;
        }
        client.batch_execute(step).await?;
    }
    client
        .execute_typed("UPDATE store SET version = $1", &[(&VERSION, Type::INT4)])
        .await?;
    Ok(())
}

pub(crate) async fn lock(client: &Client, key: i64) -> Result<(), Trouble> {
    client
        .query_typed("SELECT pg_advisory_xact_lock($1)", &[(&key, Type::INT8)])
        .await?;
    Ok(())
}

/// Holds all networks but one's own.
async fn keep_out(link: &Link, client: &Client, own: Option<&str>) -> Result<(), Trouble> {
    for row in client.query_typed("SELECT name FROM network", &[]).await? {
        let name = super::plain::from_plain(row.try_get(0)?).into_owned();
        if own == Some(&*name) {
            continue;
        }
        let key = lease::key(&link.address.schema, &name);
        let row = client
            .query_typed("SELECT pg_try_advisory_xact_lock($1)", &[(&key, Type::INT8)])
            .await?;
        if row.first().map(|row| row.try_get::<_, bool>(0)).transpose()? != Some(true) {
            return Err(StorageError::InUse {
                path: link.address.shown.clone().into(),
                network: name,
            }
            .into());
        }
    }
    Ok(())
}
