//! Following a network that someone else writes: the server tells that there is something new, and its history what.
//!
//! Where no notification comes through, as behind a pooler, it is looked every second.

use super::connection::Connection;
use super::entry::Entry;
use super::letters::unknown;
use super::link::{Link, Moment};
use super::load::load;
use super::past::each;
use super::trouble::Trouble;
use crate::error::StorageError;
use crate::fork::Use;
use crate::store::Follow;
use bassline_core::{ContactId, Content, Directory, Image, Pattern, StructureChange};
use bassline_kernel::{Notice, TickRecord};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long a notification is waited for before it is looked whether there is something new.
const LOOK: Duration = Duration::from_secs(1);
/// How long a server that is away is left alone.
const PAUSE: Duration = Duration::from_millis(100);
/// So many ticks are told at once.
const AT_ONCE: u64 = 10_000;

/// Tells of what is committed to a network, from when it was made.
#[derive(Debug)]
pub(super) struct Follower {
    link: Arc<Link>,
    network: i64,
    pattern: Pattern,
    news: Arc<Notify>,
    /// Listens; nothing while the server is away.
    connection: Option<Connection>,
    tick: u64,
    directory: Directory,
    contents: IndexMap<ContactId, Content, FxBuildHasher>,
}

impl Follower {
    pub(super) fn begin(link: &Arc<Link>, network: &str, pattern: &str) -> Result<Self, StorageError> {
        let mut follower = Self {
            link: Arc::clone(link),
            network: 0,
            pattern: Pattern::new(pattern),
            news: Arc::default(),
            connection: None,
            tick: 0,
            directory: Directory::default(),
            contents: IndexMap::default(),
        };
        // What comes while it is read is told of.
        follower
            .listen()
            .map_err(|trouble| trouble.told(&link.address, "listened to"))?;
        let (number, image) = link.transact(Moment::Read, "read", async |client| {
            let entry = Entry::named(client, network).await?;
            let number = entry.ok_or_else(|| unknown(link, network))?.id;
            Ok((number, load(client, number).await?))
        })?;
        follower.network = number;
        follower.stand_on(image);
        Ok(follower)
    }

    fn stand_on(&mut self, image: Image) {
        self.tick = image.tick;
        self.directory = Directory::of(&image);
        let held = image.contacts.into_iter().map(|state| (state.record.id, state.content));
        self.contents = held.collect();
    }

    fn listen(&mut self) -> Result<(), Trouble> {
        if self
            .connection
            .as_ref()
            .is_some_and(|connection| !connection.is_closed())
        {
            return Ok(());
        }
        let (link, news) = (Arc::clone(&self.link), Arc::clone(&self.news));
        let connecting = async {
            let connection = link.connect_to_hear(news).await?;
            connection.client().batch_execute("LISTEN bassline").await?;
            Ok(connection)
        };
        self.connection = Some(self.link.wait_for(self.link.address.timeout, connecting)?);
        Ok(())
    }

    /// The ticks that are new, and whether there may be more.
    fn ticks(&self) -> Result<(Vec<TickRecord>, bool), Trouble> {
        let (network, from) = (self.network, self.tick + 1);
        self.link.attempt(Moment::Read, async |client| {
            let last = Entry::of(client, network).await?.map_or(0, |entry| entry.tick);
            let to = last.min(from + AT_ONCE - 1);
            let mut ticks = Vec::new();
            if from <= to {
                let mut take = |record| {
                    ticks.push(record);
                    Ok(())
                };
                each(client, network, from, to, &mut take).await?;
                if ticks.first().is_none_or(|first| first.tick != from) {
                    return Err(StorageError::Unable {
                        url: self.link.address.shown.clone(),
                        what: "be followed from so far behind: its history does not go back so far any more",
                        instead: "subscribe again",
                    }
                    .into());
                }
            }
            Ok((ticks, to < last))
        })
    }

    /// Takes a tick; what it changed of the pattern.
    fn take(&mut self, record: &TickRecord) -> Vec<Notice> {
        self.directory.learn(&record.structure);
        let mut told = Vec::new();
        for (index, change) in record.changes.iter().enumerate() {
            let old = self
                .contents
                .insert(change.contact, change.new.clone())
                .unwrap_or_default();
            let Some(path) = self.directory.path(change.contact) else {
                continue;
            };
            if self.pattern.matches(path) {
                told.push(Notice {
                    epoch: record.epoch,
                    tick: record.tick,
                    index,
                    path: path.clone(),
                    old,
                    new: change.new.clone(),
                    cause: self.directory.cause(&change.cause),
                    time_micros: record.time_micros,
                });
            }
        }
        for change in &record.structure {
            if let StructureChange::ContactRemoved(contact) = change {
                self.contents.swap_remove(contact);
            }
        }
        let gone: Vec<_> = record.structure.iter().filter_map(StructureChange::removed).collect();
        self.directory.forget(&gone);
        self.tick = record.tick;
        told
    }

    fn look(&mut self) -> Result<Vec<Notice>, Trouble> {
        let mut told = Vec::new();
        loop {
            let (ticks, more) = self.ticks()?;
            for record in &ticks {
                told.extend(self.take(record));
            }
            if !more || !told.is_empty() {
                return Ok(told);
            }
        }
    }
}

impl Follower {
    fn wait(&mut self, wait: Duration) -> Result<Vec<Notice>, Trouble> {
        self.listen()?;
        let found = self.look()?;
        if !found.is_empty() {
            return Ok(found);
        }
        let news = Arc::clone(&self.news);
        self.link.wait(async {
            let _ = tokio::time::timeout(wait, news.notified()).await;
            Ok(())
        })?;
        self.look()
    }
}

impl Follow for Follower {
    fn next(&mut self, wait: Duration) -> Result<Vec<Notice>, StorageError> {
        let _use = Use::begin();
        let wait = wait.min(LOOK);
        match self.wait(wait) {
            Ok(told) => Ok(told),
            // A server that is away is asked again the next time.
            Err(trouble) if trouble.is_outage() => {
                std::thread::sleep(wait.min(PAUSE));
                Ok(Vec::new())
            }
            Err(trouble) => Err(trouble.told(&self.link.address, "followed")),
        }
    }
}
