//! Looking a store through: everything there is, read and compared.

use super::base;
use super::entry::Entry;
use super::history::{self, Stored};
use super::letters::{self, Which};
use super::link::{Link, Moment};
use super::load::{BadRows, Loader};
use super::past;
use super::positions;
use super::snapshots;
use super::trouble::Trouble;
use crate::error::StorageError;
use crate::store::Checkup;
use crate::tabular::findings::{Findings, Following};
use crate::tabular::{changes, key};
use bassline_core::Image;
use futures_util::{StreamExt, pin_mut};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

const ADVICE: &str = "restore a backup of the database, or copy what can be read into a new store";

/// What is wrong with a store.
pub(crate) fn check(link: &Link) -> Result<Checkup, StorageError> {
    // One moment of it, whoever writes.
    link.transact(Moment::Read, "read", async |client| {
        client.batch_execute("SET LOCAL statement_timeout TO 0").await?;
        let checker = Checker {
            client,
            findings: Findings::new(link.address.shown.clone(), ADVICE),
        };
        for network in Entry::all(client).await? {
            checker.network(&network).await?;
        }
        checker.strays().await?;
        Ok(checker.findings.into_checkup())
    })
}

struct Checker<'a> {
    client: &'a Client,
    findings: Findings,
}

impl Checker<'_> {
    async fn network(&self, entry: &Entry) -> Result<(), Trouble> {
        let (name, number, last) = (entry.name.as_str(), entry.id, entry.tick);
        let image = self.rows(name, number).await?;
        match positions::load(self.client, number).await {
            Ok(_) => {}
            Err(error @ Trouble::Damaged { .. }) => self.findings.tell(format!("network '{name}': {error}")),
            Err(error) => return Err(error),
        }
        self.ticks(name, number, last, entry.epoch as i64).await?;
        self.bases(name, number, last, image.as_ref()).await?;
        let kept = snapshots::list(self.client, number).await?;
        self.findings
            .note(format!("network '{name}': {} snapshots", kept.len()));
        for info in kept {
            self.heard(name, snapshots::load(self.client, number, info.id).await)?;
        }
        let mut tell = |problem: Trouble| {
            self.findings.tell(format!("network '{name}': {problem}"));
            Ok(())
        };
        let aside = letters::list(self.client, number, Which::All, &mut tell).await?;
        self.findings
            .note(format!("network '{name}': {} dead letters", aside.len()));
        Ok(())
    }

    /// What was read; what is damaged is told.
    fn heard<T>(&self, name: &str, read: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error @ Trouble::Damaged { .. }) => {
                self.findings.tell(format!("network '{name}': {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The rows of what is there, and whether they make a network.
    async fn rows(&self, name: &str, number: i64) -> Result<Option<Image>, Trouble> {
        let before = self.findings.count();
        let tell = |what: String| self.findings.tell(format!("network '{name}', {what}"));
        let loader = Loader {
            client: self.client,
            network: number,
            bad_rows: BadRows::Tell(&tell),
        };
        let Some(image) = self.heard(name, loader.load().await)? else {
            return Ok(None);
        };
        Ok(self.findings.is_network(name, &image, before).then_some(image))
    }

    /// Every tick of history: whether it is what was written, and none is missing.
    async fn ticks(&self, name: &str, number: i64, last: u64, epoch: i64) -> Result<(), Trouble> {
        let ends = key::tick_rows(number, key::LAST_TICK).map(|end| (end, Type::INT8));
        let rows = self.client.query_typed_raw(history::SELECT, ends).await?;
        pin_mut!(rows);
        let mut count = 0;
        let mut following = Following::default();
        while let Some(row) = rows.next().await {
            let row = row?;
            let stored = Stored::read(&row)?;
            count += 1;
            let tell = |what: String| {
                self.findings
                    .tell(format!("network '{name}', tick {}: {what}", stored.tick));
            };
            let whole = stored.verify().and_then(|()| {
                changes::all(stored.changes()?, &stored.source).map_err(|error| error.to_string())?;
                stored.structure()
            });
            if let Err(reason) = whole {
                tell(reason);
            }
            following.next(stored.tick, stored.epoch, epoch, tell);
        }
        if let Some(missing) = following.misses(last) {
            self.findings.tell(format!("network '{name}': {missing}"));
        }
        self.findings
            .note(format!("network '{name}': {count} ticks of history"));
        Ok(())
    }

    /// Whether each base is whole, and history leads from the oldest to what is there now.
    async fn bases(&self, name: &str, number: i64, last: u64, image: Option<&Image>) -> Result<(), Trouble> {
        let bases = base::ticks(self.client, number, key::LAST_TICK, i64::MAX).await?;
        for &tick in &bases {
            self.heard(name, base::read(self.client, number, tick).await)?;
            if tick > last {
                self.findings.tell(format!(
                    "network '{name}', the base of tick {tick}: the last tick is {last}"
                ));
            }
        }
        self.findings.note(format!("network '{name}': {} bases", bases.len()));
        let (Some(image), Some(_)) = (image, bases.first()) else {
            return Ok(());
        };
        let Some(Some(told)) = self.heard(name, past::image_at(self.client, number, last).await)? else {
            return Ok(());
        };
        self.findings.compare(name, image, &told);
        Ok(())
    }

    /// Ticks of no network; everything else has a foreign key.
    async fn strays(&self) -> Result<(), Trouble> {
        let sql = format!(
            "SELECT id FROM tick WHERE NOT EXISTS (SELECT 1 FROM network n WHERE n.id = tick.id >> {}) LIMIT 1",
            key::TICK_BITS
        );
        if let Some(row) = self.client.query_typed(&sql, &[]).await?.first() {
            self.findings.tell(format!(
                "row {} of table tick is of no network",
                row.try_get::<_, i64>(0)?
            ));
        }
        Ok(())
    }
}
