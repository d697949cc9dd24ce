//! The row of a network: its name, its last tick, its opening.

use super::cells::{Cell, checksum};
use super::plain::{from_plain, to_plain};
use super::trouble::Trouble;
use crate::tabular::died;
use bassline_core::Died;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

const COLUMNS: &str = "id, name, created, updated, epoch, tick, tick_epoch, creation, died, checksum";

/// A network, as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) epoch: u64,
    pub(crate) tick: u64,
    pub(crate) tick_epoch: u64,
    pub(crate) creation: u64,
    pub(crate) died: Died,
    /// Whether its checksum is what it should be.
    pub(crate) is_whole: bool,
}

impl Entry {
    fn read(row: &Row) -> Result<Self, Trouble> {
        let number = |at| Ok::<_, tokio_postgres::Error>(row.try_get::<_, i64>(at)? as u64);
        let died: &str = row.try_get(8)?;
        let mut entry = Self {
            id: row.try_get(0)?,
            name: from_plain(row.try_get(1)?).into_owned(),
            created: row.try_get(2)?,
            updated: row.try_get(3)?,
            epoch: number(4)?,
            tick: number(5)?,
            tick_epoch: number(6)?,
            creation: number(7)?,
            died: died::read(died),
            is_whole: true,
        };
        entry.is_whole =
            crate::tabular::checksum::compare(Some(i64::from(row.try_get::<_, i32>(9)?)), i64::from(entry.checksum()))
                .is_ok();
        Ok(entry)
    }

    async fn find(client: &Client, condition: &str, key: (&(dyn ToSql + Sync), Type)) -> Result<Option<Self>, Trouble> {
        let sql = format!("SELECT {COLUMNS} FROM network WHERE {condition}");
        let rows = client.query_typed(&sql, &[key]).await?;
        rows.first().map(Self::read).transpose()
    }

    pub(crate) async fn of(client: &Client, id: i64) -> Result<Option<Self>, Trouble> {
        Self::find(client, "id = $1", (&id, Type::INT8)).await
    }

    /// The same, and nobody else writes it before the end of the transaction.
    pub(crate) async fn hold(client: &Client, id: i64) -> Result<Option<Self>, Trouble> {
        Self::find(client, "id = $1 FOR UPDATE", (&id, Type::INT8)).await
    }

    pub(crate) async fn named(client: &Client, name: &str) -> Result<Option<Self>, Trouble> {
        let condition = "hashtextextended(name, 0) = hashtextextended($1, 0) AND name = $1";
        Self::find(client, condition, (&&*to_plain(name), Type::TEXT)).await
    }

    pub(crate) async fn hold_named(client: &Client, name: &str) -> Result<Option<Self>, Trouble> {
        let condition = "hashtextextended(name, 0) = hashtextextended($1, 0) AND name = $1 FOR UPDATE";
        Self::find(client, condition, (&&*to_plain(name), Type::TEXT)).await
    }

    /// All of them, by name.
    pub(crate) async fn all(client: &Client) -> Result<Vec<Self>, Trouble> {
        let sql = format!("SELECT {COLUMNS} FROM network");
        let rows = client.query_typed(&sql, &[]).await?;
        let mut entries = rows.iter().map(Self::read).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    pub(crate) fn checksum(&self) -> i32 {
        checksum(&[
            Cell::Int(self.id),
            Cell::Text(&to_plain(&self.name)),
            Cell::Int(self.created),
            Cell::Int(self.updated),
            Cell::Int(self.epoch as i64),
            Cell::Int(self.tick as i64),
            Cell::Int(self.tick_epoch as i64),
            Cell::Int(self.creation as i64),
            Cell::Text(&died::write(&self.died)),
        ])
    }

    /// Writes the row of a network that was not there.
    pub(crate) async fn insert(&self, client: &Client) -> Result<(), Trouble> {
        let sql = format!("INSERT INTO network ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        let parameters: &[(&(dyn ToSql + Sync), Type)] = &[
            (&self.id, Type::INT8),
            (&&*to_plain(&self.name), Type::TEXT),
            (&self.created, Type::INT8),
            (&self.updated, Type::INT8),
            (&(self.epoch as i64), Type::INT8),
            (&(self.tick as i64), Type::INT8),
            (&(self.tick_epoch as i64), Type::INT8),
            (&(self.creation as i64), Type::INT8),
            (&died::write(&self.died), Type::TEXT),
            (&self.checksum(), Type::INT4),
        ];
        client.execute_typed(&sql, parameters).await?;
        Ok(())
    }

    /// Writes what may change, and tells whoever listens how far the network has come when that is committed.
    pub(crate) async fn update(&self, client: &Client) -> Result<(), Trouble> {
        let sql = "UPDATE network SET updated = $2, epoch = $3, tick = $4, tick_epoch = $5, creation = $6, died = $7, checksum = $8
            WHERE id = $1 RETURNING pg_notify('bassline', current_schema() || '/' || id::text || '/' || tick::text)::text";
        let parameters: &[(&(dyn ToSql + Sync), Type)] = &[
            (&self.id, Type::INT8),
            (&self.updated, Type::INT8),
            (&(self.epoch as i64), Type::INT8),
            (&(self.tick as i64), Type::INT8),
            (&(self.tick_epoch as i64), Type::INT8),
            (&(self.creation as i64), Type::INT8),
            (&died::write(&self.died), Type::TEXT),
            (&self.checksum(), Type::INT4),
        ];
        match client.execute_typed(sql, parameters).await? {
            1 => Ok(()),
            _ => Err(Trouble::NetworkGone(self.name.clone())),
        }
    }
}
