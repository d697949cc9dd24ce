//! Dead letters: rows of their own, written by whoever puts one aside, in a transaction of its own beside those of the store's driver.

use super::cells::{Cell, checksum};
use super::entry::Entry;
use super::link::{Link, Moment};
use super::plain::{from_plain, to_plain};
use super::trouble::Trouble;
use crate::error::StorageError;
use crate::record::{read_names, read_tick, write_names, write_tick};
use bassline_kernel::{DeadLetter, DeadLetters, LettersError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

/// The dead letters of one network.
#[derive(Debug)]
pub(crate) struct PostgresLetters {
    link: Arc<Link>,
    network: String,
}

/// Which letters are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    All,
    Of(&'a str),
    Marked(&'a str),
}

impl PostgresLetters {
    pub(crate) fn of(link: &Arc<Link>, network: &str) -> Self {
        Self {
            link: Arc::clone(link),
            network: network.to_owned(),
        }
    }

    async fn number(&self, client: &Client) -> Result<i64, Trouble> {
        let entry = Entry::named(client, &self.network).await?;
        Ok(entry.ok_or_else(|| unknown(&self.link, &self.network))?.id)
    }

    /// Runs a statement on some; answers how many rows it changed.
    fn each(&self, sql: &str, ids: &[u64]) -> Result<u64, LettersError> {
        let ids: Vec<i64> = ids.iter().map(|id| *id as i64).collect();
        let changed = self.link.transact(Moment::Write, "written", async |client| {
            let network = self.number(client).await?;
            Ok(client
                .execute_typed(sql, &[(&network, Type::INT8), (&ids, Type::INT8_ARRAY)])
                .await?)
        });
        changed.map_err(LettersError::from)
    }

    fn read(&self, which: Which<'_>) -> Result<Vec<DeadLetter>, LettersError> {
        let read = self.link.transact(Moment::Read, "read", async |client| {
            let network = self.number(client).await?;
            list(client, network, which, &mut Err).await
        });
        read.map_err(LettersError::from)
    }

    async fn insert(&self, client: &Client, letter: &DeadLetter, again: bool) -> Result<u64, Trouble> {
        let network = self.number(client).await?;
        let (mut record, mut names) = (Vec::new(), Vec::new());
        write_tick(&letter.record, &mut record);
        write_names(&letter.names, &mut names);
        let (driver, error) = (to_plain(&letter.driver), to_plain(&letter.error));
        let (epoch, tick, tries) = (
            letter.record.epoch as i64,
            letter.record.tick as i64,
            i64::from(letter.tries),
        );
        let sum = checksum(&[
            Cell::Int(network),
            Cell::Text(&driver),
            Cell::Int(letter.time_micros),
            Cell::Text(&error),
            Cell::Int(tries),
            Cell::Int(epoch),
            Cell::Int(tick),
            Cell::Bytes(&record),
            Cell::Bytes(&names),
        ]);
        let parameters: &[(&(dyn ToSql + Sync), Type)] = &[
            (&network, Type::INT8),
            (&&*driver, Type::TEXT),
            (&letter.time_micros, Type::INT8),
            (&&*error, Type::TEXT),
            (&tries, Type::INT8),
            (&epoch, Type::INT8),
            (&tick, Type::INT8),
            (&record, Type::BYTEA),
            (&names, Type::BYTEA),
            (&sum, Type::INT4),
        ];
        if again {
            let sql = "SELECT max(id) FROM letter WHERE network = $1 AND driver = $2 AND time = $3 AND error = $4 AND tries = $5
                AND epoch = $6 AND tick = $7 AND record = $8 AND names = $9 AND checksum = $10";
            let rows = client.query_typed(sql, parameters).await?;
            if let Some(id) = rows
                .first()
                .map(|row| row.try_get::<_, Option<i64>>(0))
                .transpose()?
                .flatten()
            {
                return Ok(id as u64);
            }
        }
        let sql = "INSERT INTO letter (network, driver, time, error, tries, epoch, tick, record, names, checksum)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
        let row = client.query_typed_one(sql, parameters).await?;
        Ok(row.try_get::<_, i64>(0)? as u64)
    }
}

/// There is no such network.
pub(crate) fn unknown(link: &Link, network: &str) -> Trouble {
    StorageError::UnknownNetwork {
        path: link.address.shown.clone().into(),
        network: network.to_owned(),
        networks: Vec::new(),
    }
    .into()
}

impl DeadLetters for PostgresLetters {
    fn put(&self, letter: &DeadLetter) -> Result<u64, LettersError> {
        let again = AtomicBool::new(false);
        let put = self.link.insist("written", async |client| {
            self.insert(client, letter, again.swap(true, Ordering::Relaxed)).await
        });
        put.map_err(LettersError::from)
    }

    fn list(&self, driver: Option<&str>) -> Result<Vec<DeadLetter>, LettersError> {
        self.read(driver.map_or(Which::All, Which::Of))
    }

    fn mark(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.each(
            "UPDATE letter SET again = true WHERE network = $1 AND id = ANY($2)",
            ids,
        )
    }

    fn marked(&self, driver: &str) -> Result<Vec<DeadLetter>, LettersError> {
        self.read(Which::Marked(driver))
    }

    fn remove(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.each("DELETE FROM letter WHERE network = $1 AND id = ANY($2)", ids)
    }
}

/// The letters of a network, oldest first; each that is damaged is told, and left out unless that is an error.
pub(crate) async fn list(
    client: &Client,
    network: i64,
    which: Which<'_>,
    tell: &mut dyn FnMut(Trouble) -> Result<(), Trouble>,
) -> Result<Vec<DeadLetter>, Trouble> {
    let (driver, marked) = match which {
        Which::All => (None, false),
        Which::Of(driver) => (Some(to_plain(driver)), false),
        Which::Marked(driver) => (Some(to_plain(driver)), true),
    };
    let sql = "SELECT network, driver, time, error, tries, epoch, tick, record, names, checksum, id, again FROM letter
         WHERE network = $1 AND ($2 IS NULL OR driver = $2) AND again >= $3 ORDER BY id";
    let parameters: &[(&(dyn ToSql + Sync), Type)] =
        &[(&network, Type::INT8), (&driver, Type::TEXT), (&marked, Type::BOOL)];
    let mut letters = Vec::new();
    for row in client.query_typed(sql, parameters).await? {
        match letter(&row) {
            Ok(letter) => letters.push(letter),
            Err(reason) => tell(Trouble::Damaged {
                what: format!("dead letter {}", row.try_get::<_, i64>(10)?),
                reason: reason.to_string(),
            })?,
        }
    }
    Ok(letters)
}

fn letter(row: &Row) -> Result<DeadLetter, super::load::Reason> {
    let (driver, error): (&str, &str) = (row.try_get(1)?, row.try_get(3)?);
    let (time, tries): (i64, i64) = (row.try_get(2)?, row.try_get(4)?);
    let (record, names): (&[u8], &[u8]) = (row.try_get(7)?, row.try_get(8)?);
    let cells = [
        Cell::Int(row.try_get(0)?),
        Cell::Text(driver),
        Cell::Int(time),
        Cell::Text(error),
        Cell::Int(tries),
        Cell::Int(row.try_get(5)?),
        Cell::Int(row.try_get(6)?),
        Cell::Bytes(record),
        Cell::Bytes(names),
    ];
    super::load::verify(row, 9, &cells)?;
    Ok(DeadLetter {
        id: row.try_get::<_, i64>(10)? as u64,
        driver: from_plain(driver).as_ref().into(),
        time_micros: time,
        error: from_plain(error).as_ref().into(),
        tries: tries as u32,
        record: Arc::new(read_tick(record)?),
        names: read_names(names)?,
        again: row.try_get(11)?,
    })
}
