//! Reading a store that someone else may be writing.

use super::entry::Entry;
use super::history::{self, Stored};
use super::letters::unknown;
use super::link::{Link, Moment};
use super::load::load;
use super::migrate::make_readable;
use super::past;
use super::plain::to_plain;
use super::snapshots;
use super::trouble::Trouble;
use crate::error::StorageError;
use crate::record::write_image;
use crate::store::{HistoryEntry, NewSnapshot, Reader, SnapshotInfo, TickInfo};
use crate::tabular::changes;
use crate::tabular::key;
use bassline_core::{ContactId, Handle, Image, Population, Return};
use bassline_kernel::return_of;
use std::cmp::Ordering;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering as Order};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

/// Reads what a store holds of one network.
#[derive(Debug)]
pub struct PostgresReader {
    link: Arc<Link>,
    network: i64,
    name: String,
}

impl PostgresReader {
    /// Opens a network to read. Whoever has it open to write is not disturbed.
    pub(super) fn open(link: &Arc<Link>, network: &str) -> Result<Self, StorageError> {
        let missing = |networks: Vec<String>| StorageError::UnknownNetwork {
            path: link.address.shown.clone().into(),
            network: network.to_owned(),
            networks,
        };
        if !make_readable(link)? {
            return Err(missing(Vec::new()));
        }
        let number = link.transact(Moment::Read, "read", async |client| {
            match Entry::named(client, network).await? {
                Some(entry) => Ok(entry.id),
                None => {
                    let known = Entry::all(client).await?;
                    Err(missing(known.into_iter().map(|entry| entry.name).collect()).into())
                }
            }
        })?;
        Ok(Self {
            link: Arc::clone(link),
            network: number,
            name: network.to_owned(),
        })
    }

    fn read<T>(&self, work: impl AsyncFn(&Client) -> Result<T, Trouble>) -> Result<T, StorageError> {
        self.link.transact(Moment::Read, "read", work)
    }

    /// A write beside the driver's; what may have been done already is told to `work`.
    #[expect(clippy::needless_pass_by_value, reason = "a closure is written where it is passed")]
    fn write<T>(&self, work: impl AsyncFn(&Client, bool) -> Result<T, Trouble>) -> Result<T, StorageError> {
        let again = AtomicBool::new(false);
        self.link.insist("written", async |client| {
            let there = Entry::of(client, self.network).await?;
            if there.is_none_or(|entry| entry.name != self.name) {
                return Err(unknown(&self.link, &self.name));
            }
            work(client, again.swap(true, Order::Relaxed)).await
        })
    }

    /// The contact of a path, if it is stored and not removed, and the last tick that it changed in.
    async fn find(&self, client: &Client, path: &str) -> Result<Option<(ContactId, u64)>, Trouble> {
        let path = to_plain(path);
        let (group, name) = path.trim_start_matches('/').rsplit_once('/').unwrap_or(("", &path));
        let sql = "SELECT c.handle, coalesce(v.version, 0) FROM group_ g JOIN contact c ON c.group_id = g.id LEFT JOIN content v ON v.id = c.id
            WHERE g.network = $1 AND hashtextextended(g.path, 0) = hashtextextended($2, 0) AND g.path = $2
                AND hashtextextended(c.name, 0) = hashtextextended($3, 0) AND c.name = $3";
        let name = name.trim_start_matches('/');
        let parameters: &[(&(dyn ToSql + Sync), Type)] =
            &[(&self.network, Type::INT8), (&group, Type::TEXT), (&name, Type::TEXT)];
        let rows = client.query_typed(sql, parameters).await?;
        let found = rows.first().map(|row| {
            let (bits, version): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            Ok::<_, Trouble>((ContactId::from_bits(bits as u64), version as u64))
        });
        found.transpose()
    }

    async fn history_of(
        &self,
        client: &Client,
        (contact, newest): (ContactId, u64),
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, Trouble> {
        // The text of a change begins with its contact, so that most ticks need not be sent.
        let begins = format!("[{},", contact.to_bits()).into_bytes();
        let [first, last] = key::tick_rows(self.network, newest);
        let rows_at_most = i64::try_from(limit).unwrap_or(i64::MAX);
        let parameters: &[(&(dyn ToSql + Sync), Type)] = &[
            (&first, Type::INT8),
            (&last, Type::INT8),
            (&begins, Type::BYTEA),
            (&rows_at_most, Type::INT8),
        ];
        let mut told = Vec::new();
        for row in client.query_typed(history::SELECT_WITH, parameters).await? {
            let stored = Stored::read(&row)?;
            let of_contact = || -> Result<_, String> {
                stored.verify()?;
                changes::of_contact(stored.changes()?, contact, &stored.source).map_err(|error| error.to_string())
            };
            let found = of_contact().map_err(|reason| Trouble::Damaged {
                what: format!("tick {}", stored.tick),
                reason,
            })?;
            told.extend(found.into_iter().rev().map(|(content, cause)| HistoryEntry {
                tick: stored.tick,
                epoch: stored.epoch as u64,
                time_micros: stored.time,
                content,
                cause,
            }));
            if told.len() >= limit {
                break;
            }
        }
        told.truncate(limit);
        Ok(told)
    }
}

impl Reader for PostgresReader {
    fn image(&self) -> Result<Image, StorageError> {
        self.read(async |client| load(client, self.network).await)
    }

    fn population(&self) -> Result<Population, StorageError> {
        let sql = "SELECT
            (SELECT count(*) FROM contact WHERE id BETWEEN $1 AND $2 AND name IS NOT NULL),
            (SELECT count(*) FROM group_ WHERE id BETWEEN $1 AND $2 AND parent IS NOT NULL),
            (SELECT count(*) FROM gadget WHERE id BETWEEN $1 AND $2),
            (SELECT count(*) FROM wire WHERE id BETWEEN $1 AND $2),
            (SELECT count(*) FROM mark WHERE id BETWEEN $1 AND $2 AND contradiction IS NOT NULL)";
        let [first, last] = key::rows(self.network);
        self.read(async |client| {
            let row = client
                .query_typed_one(sql, &[(&first, Type::INT8), (&last, Type::INT8)])
                .await?;
            let count = |at: usize| row.try_get::<_, i64>(at).map(|count| count as usize);
            Ok(Population {
                contacts: count(0)?,
                groups: count(1)?,
                gadgets: count(2)?,
                wires: count(3)?,
                contradictions: count(4)?,
            })
        })
    }

    fn image_at(&self, tick: u64) -> Result<Option<Image>, StorageError> {
        self.read(async |client| {
            let last = Entry::of(client, self.network).await?;
            match last.map(|last| tick.cmp(&last.tick)) {
                None | Some(Ordering::Greater) => Ok(None),
                Some(Ordering::Equal) => load(client, self.network).await.map(Some),
                Some(Ordering::Less) => past::image_at(client, self.network, tick).await,
            }
        })
    }

    fn history(&self, path: &str, limit: usize) -> Result<Vec<HistoryEntry>, StorageError> {
        self.read(async |client| match self.find(client, path).await? {
            None => Ok(Vec::new()),
            Some(found) => self.history_of(client, found, limit).await,
        })
    }

    fn tick(&self, tick: u64) -> Result<Option<TickInfo>, StorageError> {
        let id = key::tick_row(self.network, tick);
        let sql = "SELECT time, source, epoch FROM tick WHERE id = $1";
        self.read(async |client| {
            let rows = client.query_typed(sql, &[(&id, Type::INT8)]).await?;
            let info = rows.first().map(|row| {
                Ok::<_, Trouble>(TickInfo {
                    time_micros: row.try_get(0)?,
                    source: super::plain::from_plain(row.try_get(1)?).as_ref().into(),
                    epoch: row.try_get::<_, i64>(2)? as u64,
                })
            });
            info.transpose()
        })
    }

    fn returns(&self) -> Result<Vec<(u64, Return)>, StorageError> {
        let sql = "SELECT id, source FROM tick WHERE id BETWEEN $1 AND $2 \
                   AND (source LIKE 'undo:%' OR source LIKE 'redo:%') ORDER BY id";
        let [first, last] = key::tick_rows(self.network, key::LAST_TICK);
        self.read(async |client| {
            let rows = client
                .query_typed(sql, &[(&first, Type::INT8), (&last, Type::INT8)])
                .await?;
            let mut found = Vec::new();
            for row in rows {
                let tick = key::tick_of(row.try_get(0)?);
                let source = super::plain::from_plain(row.try_get(1)?);
                found.extend(return_of(source.as_ref()).map(|returned| (tick, returned)));
            }
            Ok(found)
        })
    }

    fn tick_count(&self) -> Result<u64, StorageError> {
        let sql = "SELECT count(*) FROM tick WHERE id BETWEEN $1 AND $2";
        let [first, last] = key::tick_rows(self.network, key::LAST_TICK);
        self.read(async |client| {
            let row = client
                .query_typed_one(sql, &[(&first, Type::INT8), (&last, Type::INT8)])
                .await?;
            Ok(row.try_get::<_, i64>(0)? as u64)
        })
    }

    fn snapshots(&self) -> Result<Vec<SnapshotInfo>, StorageError> {
        self.read(async |client| snapshots::list(client, self.network).await)
    }

    fn snapshot(&self, id: u64) -> Result<Option<Image>, StorageError> {
        self.read(async |client| snapshots::load(client, self.network, id).await)
    }

    fn save_snapshot(&self, image: &Image, about: &NewSnapshot) -> Result<SnapshotInfo, StorageError> {
        let mut bytes = Vec::new();
        write_image(image, &mut bytes);
        let id = self.write(async |client, again| {
            snapshots::save(client, self.network, (image.tick, &bytes), about, again).await
        })?;
        Ok(SnapshotInfo {
            id,
            label: about.label.clone(),
            tick: image.tick,
            time_micros: about.time_micros,
        })
    }

    fn delete_snapshot(&self, id: u64) -> Result<bool, StorageError> {
        self.write(async |client, _| snapshots::delete(client, self.network, id).await)
    }
}
